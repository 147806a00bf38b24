import { parseDocument } from 'yaml';

/**
 * The stage file of a developer, from that of `dev`: the same, under the developer's own names, in the network of the developer's account.
 *
 * @param dev text of lambda/eventsapp/stages/dev.yml, or of lambda/eventsapp/infra/stages/dev.yml
 * @param stage such as `dev-ada`
 */
export function stageFileFrom(dev: string, stage: string): string {
  const document = parseDocument(
    dev.replaceAll('banyan-dev-', `banyan-${stage}-`).replaceAll('banyan/dev/', `banyan/${stage}/`),
  );
  const region: unknown = document.get('region');
  if (typeof region !== 'string') throw new Error('the stage file of dev names no region');
  const output = (name: string): string => `\${cf(${region}):banyan-network-${stage}.${name}}`;
  if (document.has('subnetIds')) {
    document.set('securityGroupIds', [output('LambdaSecurityGroup')]);
    document.set('subnetIds', [output('PrivateSubnetA'), output('PrivateSubnetB')]);
  }
  return document.toString({ lineWidth: 0 });
}
