import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { NetworkStack } from '../../network/network-stack';
import { ProxyStack } from '../../proxy/proxy-stack';
import { STAGES, type ProxySettings, type Stage } from '../../stages';

/** A stage with a proxy, with what a test changes. */
export function stageWith(proxy: Partial<ProxySettings> = {}, stage: Partial<Omit<Stage, 'proxy'>> = {}) {
  const prod = STAGES.find(({ name }) => name === 'prod');
  if (prod?.proxy === undefined) throw new Error('stages.ts has no stage prod with a proxy');
  return { ...prod, ...stage, proxy: { ...prod.proxy, ...proxy } };
}

/** Network and proxy of one stage. */
export function stacksOf(stage: ReturnType<typeof stageWith>): {
  readonly network: Template;
  readonly proxy: Template;
} {
  const app = new App({ analyticsReporting: false });
  const env = { account: stage.account, region: stage.region };
  const network = new NetworkStack(app, 'network', { env, stage });
  const proxy = new ProxyStack(app, 'proxy', { env, stage, network });
  return { network: Template.fromStack(network), proxy: Template.fromStack(proxy) };
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** Properties of all resources of a type, in the order of their ids. */
export function propertiesOf(template: Template, type: string): Readonly<Record<string, unknown>>[] {
  return Object.values(template.findResources(type)).map((resource) => (resource as Resource).Properties ?? {});
}
