import { dirname, resolve } from 'node:path';

import { ConfigError } from '../../errors';
import type { Value } from '../../serverless-file/value';
import { Variables } from '../../serverless-file/variables';
import { readYaml } from '../../serverless-file/yaml-source';
import type { FunctionLimits } from './concurrency';
import type { StageNetwork } from './network';
import type { Secret } from './secrets';

/**
 * What serverless.yml says of what must be there before a deployment, at the places that the parts in lambda/deployment read as well: `custom.stage`,
 * `custom.vpc`, `custom.access`, `custom.secrets`.
 */
export interface StageConfig {
  readonly region: string;
  readonly secrets: readonly Secret[];
  readonly network: StageNetwork;
  readonly functions: readonly FunctionLimits[];
  readonly mongodbConnections: number | undefined;
  /** `private-endpoint`, `addresses` or `open`. */
  readonly gatewayAccess: string;
  readonly alarmActions: readonly (string | undefined)[];
}

/**
 * Reads serverless.yml as a stage has it.
 *
 * @param lookedUp values from AWS by expression; what is not among them is undefined in the result
 * @throws ConfigError that lists every variable that cannot be resolved, with file and line
 */
export function readStage(serverlessFile: string, stage: string, lookedUp: ReadonlyMap<string, string>): StageConfig {
  const tree = readYaml(serverlessFile);
  const variables = new Variables(tree, {
    root: dirname(resolve(serverlessFile)),
    stage,
    env: () => undefined,
    lookedUp,
  });
  const root = variables.resolve(tree);
  if (variables.faults.length > 0) throw new ConfigError('serverless.yml', variables.faults);
  const custom = (address: string) => root.get(`custom.${address}`);
  const number = (value: Value | undefined) => (typeof value?.primitive === 'number' ? value.primitive : undefined);
  const texts = (value: Value | undefined) => value?.items.map(({ text }) => text) ?? [];
  return {
    region: custom('stage.region')?.text ?? '',
    secrets: [...(custom('secrets')?.entries ?? [])].map(([variable, secret]) => ({
      variable,
      what: secret.get('what')?.text ?? '',
      store: secret.get('store')?.text ?? '',
      name: secret.get('name')?.text,
    })),
    network: {
      subnetIds: texts(custom('vpc.subnetIds')),
      securityGroupIds: texts(custom('vpc.securityGroupIds')),
      vpcEndpointIds: texts(custom('access.vpcEndpointIds')),
    },
    functions: [...(root.get('functions')?.entries ?? [])].map(([name, definition]) => ({
      name,
      inVpc: definition.get('vpc') !== undefined,
      reservedConcurrency: number(definition.get('reservedConcurrency')),
    })),
    mongodbConnections: number(custom('stage.mongodbConnections')),
    gatewayAccess: custom('stage.gateway.access')?.text ?? '',
    alarmActions: texts(custom('stage.alarmActions')),
  };
}
