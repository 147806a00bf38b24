import { readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import type { SmokeTarget } from './checks';
import { describeSmoke, runSmoke } from './run';

const HELP = `npm run smoke -- --url <url>: is a stage available, and is what is its own right? Reads only, takes less than a minute.

  --url <url>        what clients talk to: the proxy, or its load balancer
  --api-url <url>    the gateway itself, stage included; a private one can be reached from its VPC only
  --cdn-url <url>    the CDN of the photos
  --outputs <file>   take these from a file that "npm run pipeline -- export-outputs" wrote: PROXY_URL, CDN_URL, and API_URL
                     unless that is private
  --json             print JSON instead of text

Variables: SMOKE_TOKEN, a session of a user who may read; without it no answer for a user is checked
Exit codes: 0 all that was tried is well; 1 something is wrong, and named; 2 usage error
`;

class UsageError extends Error {}

function readTarget(given: Readonly<Record<string, unknown>>): SmokeTarget {
  const file = given['outputs'];
  const outputs = typeof file === 'string' ? parseEnv(readFileSync(file, 'utf8')) : {};
  const url = (option: string, variable: string): string | undefined => {
    const text = given[option] ?? outputs[variable];
    if (text === undefined) return undefined;
    if (typeof text !== 'string' || !/^https?:\/\/[^\s/]/.test(text) || !URL.canParse(text))
      throw new UsageError(`--${option} is ${JSON.stringify(text)}; expected a URL such as https://app.example.com`);
    return text.replace(/\/+$/, '');
  };
  const main = url('url', 'PROXY_URL');
  if (main === undefined) throw new UsageError('--url is missing, and no --outputs names PROXY_URL');
  // A private API can be reached from its VPC only: who runs there names it.
  const isPrivate = outputs['EXECUTE_API_ENDPOINT'] !== undefined && given['api-url'] === undefined;
  const token = process.env['SMOKE_TOKEN'];
  return {
    url: main,
    apiUrl: isPrivate ? undefined : url('api-url', 'API_URL'),
    cdnUrl: url('cdn-url', 'CDN_URL'),
    token: token === '' ? undefined : token,
  };
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { url: text, 'api-url': text, 'cdn-url': text, outputs: text, json: flag, help: flag };
  try {
    const { values } = parseArgs({ options });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const results = await runSmoke(readTarget(values));
    process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : describeSmoke(results));
    return results.some(({ state }) => state === 'wrong') ? 1 : 0;
  } catch (error) {
    process.stderr.write(`smoke: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

void main().then((code) => {
  process.exitCode = code;
});
