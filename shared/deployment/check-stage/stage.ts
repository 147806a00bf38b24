import { ConfigError } from '../../errors';
import { readService } from '../../serverless-file/read-service';
import type { Value } from '../../serverless-file/value';
import type { FunctionLimits } from './concurrency';
import type { StageNetwork } from './network';
import type { Secret } from './secrets';

/** What must be there before a deployment: `custom.stage`, `vpc`, `access` and `secrets`, as lambda/deployment reads them. */
export interface StageConfig {
  readonly service: string;
  readonly region: string;
  readonly secrets: readonly Secret[];
  readonly network: StageNetwork;
  readonly functions: readonly FunctionLimits[];
  readonly mongodbConnections: number | undefined;
  /** `private-endpoint`, `addresses` or `open`. */
  readonly gatewayAccess: string;
  readonly alarmActions: readonly (string | undefined)[];
}

/** Reads serverless.yml as a stage has it; values of AWS that were not looked up are undefined. Throws ConfigError with every fault's place. */
export function readStage(serverlessFile: string, stage: string, lookedUp: ReadonlyMap<string, string>): StageConfig {
  const { root, faults } = readService(serverlessFile, { stage, lookedUp });
  if (faults.length > 0) throw new ConfigError('serverless.yml', faults);
  const custom = (address: string) => root.get(`custom.${address}`);
  const number = (value: Value | undefined) => (typeof value?.primitive === 'number' ? value.primitive : undefined);
  const texts = (value: Value | undefined) => value?.items.map(({ text }) => text) ?? [];
  return {
    service: root.get('service')?.text ?? '',
    // The framework's default.
    region: root.get('provider.region')?.text ?? 'us-east-1',
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
