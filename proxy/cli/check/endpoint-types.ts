import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ENDPOINT_TYPES, isStricter, REQUEST_LIMITS, type EndpointType } from '../../../shared/api-gateway/limits';
import { ConfigError } from '../../../shared/errors';
import { Variables } from '../../../shared/serverless-file/variables';
import { readYaml, type Tree } from '../../../shared/serverless-file/yaml-source';
import { fault, ok, type Finding } from '../finding';

/** How the API of one stage is reached; `undefined` where that is not known before a deployment. */
export interface StageEndpoint {
  readonly stage: string;
  readonly endpointType: EndpointType | undefined;
}

const SUBJECT = 'gateway';
/** `${file(./stages/${sls:stage}.yml)}`: every file that fits is a stage. */
const STAGE_FILE = /\$\{file\(([^)$]*)\$\{(?:sls:stage|opt:stage|self:provider\.stage)[^}]*\}([^)]*)\)/g;

/** `provider.endpointType` of each stage: the files that serverless.yml includes by stage name. Throws ConfigError for one that cannot be read. */
export function readEndpointTypes(file: string): readonly StageEndpoint[] {
  const root = path.dirname(path.resolve(file));
  const main = readYaml(file);
  const wanted: Tree = { kind: 'scalar', place: main.place, value: '${self:provider.endpointType, null}' };
  return stagesOf(readFileSync(file, 'utf8'), root).map((stage) => {
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

function stagesOf(text: string, root: string): readonly string[] {
  const stages = [...text.matchAll(STAGE_FILE)].flatMap(([, before = '', after = '']) => {
    const pattern = path.resolve(root, `${before}*${after}`);
    const [start = '', end = ''] = path.basename(pattern).split('*');
    const folder = path.dirname(pattern);
    if (folder.includes('*') || !existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.startsWith(start) && name.endsWith(end) && name.length > start.length + end.length)
      .map((name) => name.slice(start.length, name.length - end.length));
  });
  return stages.length === 0 ? ['dev'] : [...new Set(stages)].sort();
}
