import { App, Tags, Validations } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DeveloperAccountStack } from './accounts/developer-account-stack';
import { OrganisationStack } from './accounts/organisation-stack';
import { DEVELOPERS, developerStage, ORGANISATION } from './developers';
import { NetworkStack } from './network/network-stack';
import { DeployersStack } from './permissions/deployers-stack';
import { PipelinesStack } from './pipeline/pipelines-stack';
import { ProxyStack } from './proxy/proxy-stack';
import { RoutesStack } from './proxy/routes-stack';
import { CHAT, SERVICES } from './services';
import { STAGES, TOOLS } from './stages';

/** Every stack of every account, checked by cdk-nag. Nothing is looked up, so synthesis needs neither credentials nor network. */
export function buildApp(): App {
  const app = new App({ context: flags, analyticsReporting: false });
  for (const stage of STAGES) {
    const env = { account: stage.account, region: stage.region };
    // Developers' stages use the monolith of test.
    const admits = stage.name === 'test' ? DEVELOPERS.map(({ account }) => account) : [];
    const network = new NetworkStack(app, `banyan-network-${stage.name}`, { env, stage, admits });
    new DeployersStack(app, `banyan-deployers-${stage.name}`, { env, stage });
    const { proxy } = stage;
    if (proxy === undefined) continue;
    new RoutesStack(app, `banyan-routes-${stage.name}`, { env, stage });
    new ProxyStack(app, `banyan-proxy-${stage.name}`, { env, stage: { ...stage, proxy }, network });
  }
  new PipelinesStack(app, 'banyan-pipelines', { env: TOOLS, services: SERVICES, chat: CHAT });
  for (const developer of DEVELOPERS) {
    const stage = developerStage(developer);
    // Billing is always in us-east-1.
    const billing = { account: developer.account, region: 'us-east-1' };
    new DeveloperAccountStack(app, `banyan-account-${developer.name}`, { env: billing, developer });
    new NetworkStack(app, `banyan-network-${stage.name}`, {
      env: { account: stage.account, region: stage.region },
      stage,
    });
  }
  const { account, region } = ORGANISATION;
  new OrganisationStack(app, 'banyan-organisation', { env: { account, region }, developers: DEVELOPERS });
  Tags.of(app).add('service', 'banyan');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}
