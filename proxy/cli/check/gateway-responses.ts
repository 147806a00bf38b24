import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { BanyanConfig } from '../../../shared/config';
import { gatewayResponses } from '../../../shared/config/gateway-responses';
import { GENERATED } from '../../../shared/deployment/gateway-responses-file';
import { ConfigError } from '../../../shared/errors';
import { parseYaml } from '../../../shared/parsed-yaml';
import { ownProperty } from '../../../shared/session/own-property';
import { fault, ok, warning, type Finding } from '../finding';

const SUBJECT = 'gateway responses';
const WRITE = 'run banyan gateway-responses';
const TYPE = 'AWS::ApiGateway::GatewayResponse';
/** What decides about an answer; how the API is referred to does not. */
const PARTS = ['StatusCode', 'ResponseParameters', 'ResponseTemplates'] as const;

interface DeployedResponse {
  readonly file: string;
  readonly responseType: string;
  readonly properties: unknown;
  /** Whether its file says that it was written from banyan.config.ts. */
  readonly isGenerated: boolean;
}

/** Compares the deployed gateway responses, programs left out, with those that banyan.config.ts makes. Throws ConfigError for a file that is no YAML. */
export function checkGatewayResponses(serverlessFile: string, banyan: Pick<BanyanConfig, 'responses'>): Finding[] {
  const deployed = deployedResponses(serverlessFile);
  if (deployed.length === 0)
    return [warning(SUBJECT, `none in ${serverlessFile}: API Gateway gives its own 401, 403 and 500`, WRITE)];
  const expected = Object.values(gatewayResponses(banyan)).map(({ Properties }) => Properties);
  const findings = expected.flatMap((properties) => {
    const type = properties.ResponseType;
    const found = deployed.find(({ responseType }) => responseType === type);
    if (found === undefined) return [fault(SUBJECT, `${type} is missing`, WRITE)];
    const parts = PARTS.filter(
      (part) => !isDeepStrictEqual(ownProperty(found.properties, part), ownProperty(properties, part)),
    );
    if (parts.length === 0) return [];
    return [fault(SUBJECT, `${type} in ${found.file}: ${parts.join(', ')} not as banyan.config.ts makes it`, WRITE)];
  });
  const known = new Set<string>(expected.map(({ ResponseType }) => ResponseType));
  for (const { isGenerated, responseType, file } of deployed)
    if (isGenerated && !known.has(responseType))
      findings.push(fault(SUBJECT, `${responseType} in ${file} is not from banyan.config.ts`, WRITE));
  return findings.length > 0 ? findings : [ok(SUBJECT, 'as banyan.config.ts makes them')];
}

function deployedResponses(serverlessFile: string): DeployedResponse[] {
  const root = path.dirname(serverlessFile);
  const { content } = read(serverlessFile);
  return [ownProperty(content, 'resources')].flat().flatMap((part: unknown) => {
    if (typeof part !== 'string') return responsesIn(part, serverlessFile, '');
    const name = /^\$\{file\(([^)]+\.(?:ya?ml|json))\)\}$/.exec(part)?.[1];
    if (name === undefined) return [];
    const file = path.join(root, name);
    if (!existsSync(file)) throw new ConfigError('serverless.yml', [`${file} does not exist`]);
    const { content: resources, text } = read(file);
    return responsesIn(resources, file, text);
  });
}

function responsesIn(part: unknown, file: string, text: string): DeployedResponse[] {
  const resources = ownProperty(part, 'Resources');
  if (typeof resources !== 'object' || resources === null) return [];
  return Object.values(resources).flatMap((resource: unknown) => {
    const properties = ownProperty(resource, 'Properties');
    const responseType = ownProperty(properties, 'ResponseType');
    if (ownProperty(resource, 'Type') !== TYPE || typeof responseType !== 'string') return [];
    return [{ file, responseType, properties, isGenerated: text.includes(GENERATED) }];
  });
}

function read(file: string): { readonly content: unknown; readonly text: string } {
  const text = readFileSync(file, 'utf8');
  return { content: parseYaml(text, { file, subject: 'serverless.yml' }).content, text };
}
