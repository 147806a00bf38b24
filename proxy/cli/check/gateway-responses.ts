import { isDeepStrictEqual } from 'node:util';
import type { BanyanConfig } from '../../../shared/config';
import { gatewayResponses } from '../../../shared/config/gateway-responses';
import { readService, resourcesOf } from '../../../shared/serverless-file/read-service';
import { anyStage } from '../../../shared/serverless-file/stages';
import { fault, ok, warning, type Finding } from '../finding';

const SUBJECT = 'gateway responses';
const WRITE = 'run banyan gateway-responses';
const TYPE = 'AWS::ApiGateway::GatewayResponse';
/** What decides about an answer; how the API is referred to does not. */
const PARTS = ['StatusCode', 'ResponseParameters', 'ResponseTemplates'] as const;

/** Compares the deployed gateway responses, programs left out, with those that banyan.config.ts makes. Throws ConfigError for a file that is no YAML. */
export function checkGatewayResponses(serverlessFile: string, banyan: Pick<BanyanConfig, 'responses'>): Finding[] {
  const { root } = readService(serverlessFile, { stage: anyStage(serverlessFile) });
  const deployed = resourcesOf(root).flatMap(([, one]) => (one.get('Type')?.text === TYPE ? [one] : []));
  if (deployed.length === 0)
    return [warning(SUBJECT, `none in ${serverlessFile}: API Gateway gives its own 401, 403 and 500`, WRITE)];
  const findings = Object.values(gatewayResponses(banyan)).flatMap(({ Properties }) => {
    const type = Properties.ResponseType;
    const found = deployed.find((one) => one.get('Properties.ResponseType')?.text === type);
    if (found === undefined) return [fault(SUBJECT, `${type} is missing`, WRITE)];
    const parts = PARTS.filter((part) => !isDeepStrictEqual(found.get(`Properties.${part}`)?.toJS(), Properties[part]));
    if (parts.length === 0) return [];
    const { file } = found.place;
    return [
      fault(SUBJECT, `${type} in ${file} differs from what banyan.config.ts generates: ${parts.join(', ')}`, WRITE),
    ];
  });
  return findings.length > 0 ? findings : [ok(SUBJECT, 'as banyan.config.ts generates them')];
}
