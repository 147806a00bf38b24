import { parseDocument } from 'yaml';

/**
 * A developer's stage file, made from that of `dev`: the same, with the developer's own names, in the network of the developer's account.
 *
 * @param dev content of lambda/eventsapp/stages/dev.yml or lambda/eventsapp/infra/stages/dev.yml
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
