/** `npm run gateway-responses <file>`: writes what API Gateway says itself, from banyan.config.ts in the working directory. */
import { writeFile } from 'node:fs/promises';

import { stringify } from 'yaml';

import type { BanyanConfig } from '../../config';
import { gatewayResponses } from '../../config/gateway-responses';
import { loadBanyanConfig } from '../../config/load';

const HEADER = `# Written by \`npm run gateway-responses\` from the responses in banyan.config.ts; a test fails when the two differ.
# These are the monolith's own 401, 403 and 500, for the answers that API Gateway gives without calling a function.
`;

/** The file's text: CloudFormation resources for `resources:` of serverless.yml. */
export function gatewayResponsesFile(banyan: Pick<BanyanConfig, 'responses'>): string {
  return HEADER + stringify({ Resources: gatewayResponses(banyan) }, { lineWidth: 0, singleQuote: true });
}

if (require.main === module) {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('Name the file to write, such as banyan/gateway-responses.yml');
  void writeFile(file, gatewayResponsesFile(loadBanyanConfig(process.cwd()).banyan));
}
