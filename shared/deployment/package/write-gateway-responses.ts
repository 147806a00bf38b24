/** `npm run gateway-responses`: writes lambda/eventsapp/gateway-responses.yml from banyan.config.ts. A unit test compares the two. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

import banyan from '../../../banyan.config';
import { gatewayResponses } from '../../config/gateway-responses';

const HEADER = `# Written by \`npm run gateway-responses\` from the responses in banyan.config.ts; a test fails when the two differ.
# These are the monolith's own 401, 403 and 500, for the answers that API Gateway gives without calling a function.
`;

export function gatewayResponsesFile(): string {
  return HEADER + stringify({ Resources: gatewayResponses(banyan) }, { lineWidth: 0, singleQuote: true });
}

if (require.main === module) {
  void writeFile(join(__dirname, '../../../lambda/eventsapp/gateway-responses.yml'), gatewayResponsesFile());
}
