import path from 'node:path';
import { ENDPOINT_TYPES, isStricter, REQUEST_LIMITS, type EndpointType } from '../../../shared/api-gateway/limits';
import { ConfigError } from '../../../shared/errors';
import { stageFiles } from '../../../shared/serverless-file/stages';
import { Variables } from '../../../shared/serverless-file/variables';
import { readYaml, type Tree } from '../../../shared/serverless-file/yaml-source';
import { fault, ok, type Finding } from '../finding';

/** How the API of one stage is reached; `undefined` where that is not known before a deployment. */
export interface StageEndpoint {
  readonly stage: string;
  readonly endpointType: EndpointType | undefined;
}

const SUBJECT = 'gateway';
/** `provider.endpointType` of each stage: the files that serverless.yml includes by stage name. Throws ConfigError for one that cannot be read. */
export function readEndpointTypes(file: string): readonly StageEndpoint[] {
  const root = path.dirname(path.resolve(file));
  const main = readYaml(file);
  const wanted: Tree = { kind: 'scalar', place: main.place, value: '${self:provider.endpointType, null}' };
  const stages = [...stageFiles(file).keys()];
  return (stages.length === 0 ? ['dev'] : stages).map((stage) => {
    const variables = new Variables(main, { root, stage, env: () => undefined });
    const { data } = variables.resolve(wanted);
    if (variables.faults.length > 0) throw new ConfigError('serverless.yml', variables.faults);
    // The framework's default.
    const name = data === null ? 'edge' : typeof data === 'string' ? data.toLowerCase() : undefined;
    return { stage, endpointType: ENDPOINT_TYPES.find((type) => type === name) };
  });
}

/** Compares `gateway.endpointType` of banyan.config.ts with the stages: it must be the strictest. Pure. */
export function checkEndpointTypes(configured: EndpointType, stages: readonly StageEndpoint[]): Finding[] {
  const stricter = stages.flatMap(({ stage, endpointType }) =>
    endpointType !== undefined && isStricter(endpointType, configured) ? [{ stage, endpointType }] : [],
  );
  if (stricter.length > 0) {
    return stricter.map(({ stage, endpointType }) =>
      fault(
        SUBJECT,
        `stage ${stage} is ${endpointType}, which accepts ${limitsOf(endpointType)}, but gateway.endpointType is ${configured}: proxies would send requests that API Gateway refuses`,
        `gateway: { endpointType: '${endpointType}' } in banyan.config.ts; LAMBDA_ENDPOINT_TYPE=${configured} on the proxies of other stages`,
      ),
    );
  }
  const list = stages.map(({ stage, endpointType = 'unknown' }) => `${stage} ${endpointType}`).join(', ');
  return [ok(SUBJECT, `endpointType ${configured}: ${limitsOf(configured)}; stages: ${list}`)];
}

const limitsOf = (type: EndpointType): string => {
  const { urlCharacters, headerBytes } = REQUEST_LIMITS[type];
  const grouped = (count: number) => count.toLocaleString('en');
  return `URLs of ${grouped(urlCharacters)} characters and ${grouped(headerBytes)} bytes of headers`;
};
