import { stringify } from 'yaml';

import type { BanyanConfig } from '../config';
import { gatewayResponses } from '../config/gateway-responses';

const HEADER = `# Written by \`banyan gateway-responses\` from the responses in banyan.config.ts; \`banyan check\` fails when the two differ.
# These are the monolith's own 401, 403 and 500, for the answers that API Gateway gives without calling a function.
`;

/** The text of gateway-responses.yml: CloudFormation resources for `resources:` of serverless.yml. */
export function gatewayResponsesFile(banyan: Pick<BanyanConfig, 'responses'>): string {
  return HEADER + stringify({ Resources: gatewayResponses(banyan) }, { lineWidth: 0, singleQuote: true });
}
