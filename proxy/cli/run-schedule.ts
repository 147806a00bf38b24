import { BanyanError } from '../../shared/errors';
import { EXIT, type CommandResult } from './exit-codes';

const TIMEOUT_MS = 70_000;

/** Runs a schedule of `serverless.yml` by the Invoke API of `banyan dev`. Throws BanyanError when none answers, or for an unknown schedule. */
export async function runSchedule(name: string, url: URL): Promise<CommandResult> {
  const response = await ask(new URL(`/local/schedules/${encodeURIComponent(name)}`, url));
  const answer = await readObject(response);
  if (response.status === 404) {
    const known = Array.isArray(answer['schedules']) ? answer['schedules'].map(String) : [];
    throw new BanyanError(`no schedule ${name} in serverless.yml; it has ${known.join(', ') || 'none'}`, {
      code: 'schedule_unknown',
    });
  }
  const failed = response.headers.get('x-amz-function-error') !== null || !response.ok;
  const reported = Object.entries(answer)
    .filter(([key]) => key !== 'trace')
    .map(([key, value]) => `${key} ${String(value)}`);
  return {
    exitCode: failed ? EXIT.findings : EXIT.fine,
    text: `${name}: ${failed ? 'failed: ' : ''}${reported.join(', ')}\n`,
    json: { schedule: name, failed, answer },
  };
}

async function ask(url: URL): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new BanyanError(
      `nothing answers at ${url.origin}; start the system with "banyan dev", or set INVOKE_PORT to the port it prints for Lambda`,
      { code: 'local_system_unreachable', cause },
    );
  }
}

async function readObject(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = await response.json().catch(() => undefined);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  throw new BanyanError(
    `${new URL(response.url).origin} is not the local Invoke API; INVOKE_PORT points to another program`,
    {
      code: 'local_system_unreachable',
    },
  );
}
