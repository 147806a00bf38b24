import type { Chat } from './pipeline/pipelines-stack';
import type { Deployment, ServiceDefinition, SourceRepository, Step } from './pipeline/service-definition';
import { TOOLS } from './stages';

const REPOSITORY: SourceRepository = {
  owner: 'your-organisation',
  name: 'banyan',
  branch: 'main',
  connectionArn: `arn:aws:codeconnections:${TOOLS.region}:${TOOLS.account}:connection/00000000-0000-4000-8000-000000000001`,
};

/** Made-up ids: write your own. */
export const CHAT: Chat = { workspaceId: 'T00000000', channelId: 'C00000000' };

const step = (buildspec: string, settings: Partial<Step> = {}): Step => ({
  buildspec,
  timeout: 15,
  docker: false,
  ...settings,
});
const CONFIG_CHECK = step('config-check');
// Infrastructure first, then the API.
const DEPLOY = step('deploy', { timeout: 45 });
const SMOKE = step('smoke', { timeout: 5 });
// When it fails, routes return to legacy at once; unless it succeeds, pipeline/roll-back-pipeline.ts does the rest.
const SMOKE_OR_ROLL_BACK = step('smoke-or-roll-back', { timeout: 10 });

const automatic = (target: string, steps: readonly Step[]): Deployment => ({
  target,
  steps,
  approved: false,
  rollsBack: 'nothing',
});
const approved = (target: string, steps: readonly Step[]): Deployment => ({
  target,
  steps,
  approved: true,
  rollsBack: 'stage',
});

/** Every service, one definition each; a new entry is a new pipeline. */
export const SERVICES: readonly ServiceDefinition[] = [
  {
    serviceName: 'banyan',
    repository: REPOSITORY,
    deploysBy: 'deployer',
    paths: { includes: ['**'], excludes: ['proxy/routes.yml', 'lambda/infrastructure/**', '**/*.md'] },
    build: step('build', { timeout: 45 }),
    deployments: [
      automatic('test', [CONFIG_CHECK, DEPLOY, step('e2e')]),
      automatic('staging', [CONFIG_CHECK, DEPLOY, SMOKE]),
      { ...approved('prod', [CONFIG_CHECK, DEPLOY, SMOKE_OR_ROLL_BACK]), rollsBack: 'routes, then stage' },
    ],
  },
  {
    // A route is moved, and moved back, without building or deploying anything: only the reviewers of the change are asked.
    serviceName: 'banyan-routes',
    repository: REPOSITORY,
    deploysBy: 'publisher',
    paths: { includes: ['proxy/routes.yml'], excludes: [] },
    build: step('check-routes', { timeout: 5 }),
    deployments: ['test', 'staging', 'prod'].map((stage) => automatic(stage, [step('publish-routes', { timeout: 5 })])),
  },
  {
    serviceName: 'banyan-proxy',
    repository: REPOSITORY,
    deploysBy: 'cdk',
    paths: {
      includes: [
        'proxy/**',
        'shared/**',
        'banyan.config.ts',
        'lambda/eventsapp/identity.ts',
        // The stack runs the image built from the same commit.
        'lambda/infrastructure/proxy/**',
        'lambda/infrastructure/stages.ts',
        'Dockerfile',
        'package-lock.json',
      ],
      excludes: ['proxy/routes.yml', '**/*.md'],
    },
    build: step('build-image', { timeout: 30, docker: true }),
    deployments: [
      // ECS judges a new image by its readiness and by clients' responses, and restores the last one automatically.
      automatic('test', [step('deploy-proxy', { timeout: 30 })]),
      automatic('staging', [step('deploy-proxy', { timeout: 30 })]),
      approved('prod', [step('deploy-proxy', { timeout: 30 })]),
    ],
  },
  {
    // The pipeline that deploys the pipelines and everything else in this folder.
    serviceName: 'banyan-infrastructure',
    repository: REPOSITORY,
    deploysBy: 'cdk',
    paths: { includes: ['lambda/infrastructure/**'], excludes: ['**/*.md'] },
    build: step('test-infrastructure'),
    deployments: [
      automatic('tools', [step('deploy-pipelines', { timeout: 30 })]),
      automatic('test', [step('deploy-network', { timeout: 30 })]),
      automatic('staging', [step('deploy-network', { timeout: 30 })]),
      approved('prod', [step('deploy-network', { timeout: 30 })]),
    ],
  },
];

/** Whether a pipeline returns a stage's routes to legacy automatically; its deployer needs permission for that. */
export function returnsRoutes(stage: string): boolean {
  return SERVICES.some(({ deployments }) =>
    deployments.some(({ target, rollsBack }) => target === stage && rollsBack === 'routes, then stage'),
  );
}
