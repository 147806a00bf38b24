import { Agent, request as httpRequest } from 'node:http';

/** What became of the requests of many clients. */
export interface Outcome {
  readonly safe: number;
  /** Safe requests without a 2xx: status or error, with its number. */
  readonly failedSafe: ReadonlyMap<string, number>;
  /** Unsafe requests by id: status, or the error's code. */
  readonly unsafe: ReadonlyMap<string, string>;
}

export interface ClientsOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Paths of safe requests, in turns. */
  readonly safe: readonly string[];
  /** Unsafe requests are sent to this path with an id of their own; none when undefined. */
  readonly unsafe?: string;
  /** Headers of the n-th client. */
  readonly headers?: (client: number) => Readonly<Record<string, string>>;
}

/** Codes of a kept-alive connection that was closed while it was idle. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Clients with a connection each, as browsers and SDKs are: a safe request on a used connection that turns out to be closed
 * is sent once more (RFC 9110 section 9.2.2), an unsafe one never.
 */
export async function runClients(options: ClientsOptions): Promise<Outcome> {
  const { port, connections, seconds, safe, unsafe, headers = () => ({}) } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failedSafe = new Map<string, number>();
  const results = new Map<string, string>();
  const until = performance.now() + seconds * 1_000;
  let sent = 0;

  const ask = (method: string, path: string, client: number): Promise<string> =>
    new Promise((resolve) => {
      const body = method === 'GET' ? undefined : '{"a":1}';
      const request = httpRequest({
        host: '127.0.0.1',
        port,
        method,
        path,
        agent,
        headers: {
          ...headers(client),
          ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': body.length }),
        },
      });
      request.setTimeout(20_000, () => request.destroy(new Error('no answer within 20 s')));
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (method === 'GET' && request.reusedSocket && CLOSED.has(error.code ?? ''))
          resolve(ask(method, path, client));
        else resolve(error.code ?? error.message);
      });
      request.on('response', (response) => {
        response.on('error', (error: NodeJS.ErrnoException) =>
          resolve(`half an answer (${error.code ?? error.message})`),
        );
        response.on('end', () => resolve(String(response.statusCode)));
        response.resume();
      });
      request.end(body);
    });

  const one = async (client: number): Promise<void> => {
    for (let i = client; performance.now() < until; i += 1) {
      const path = safe[i % safe.length] ?? '/';
      const result = await ask('GET', path, client);
      sent += 1;
      if (!result.startsWith('2')) failedSafe.set(result, (failedSafe.get(result) ?? 0) + 1);
      if (unsafe === undefined || i % 2 === 0) continue;
      const id = `${client}-${i}`;
      results.set(id, await ask('POST', `${unsafe}/${id}`, client));
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, client) => one(client)));
  agent.destroy();
  return { safe: sent, failedSafe, unsafe: results };
}

/**
 * Holds what became of the requests against what was executed.
 *
 * @throws Error naming what did not hold
 */
export function judge({ safe, failedSafe, unsafe }: Outcome, executed: ReadonlyMap<string, number>): string {
  const faults: string[] = [];
  if (safe < 100) faults.push(`only ${safe} safe requests in all`);
  for (const [result, count] of failedSafe) faults.push(`${count} safe requests failed: ${result}`);
  let succeeded = 0;
  let failed = 0;
  for (const [id, result] of unsafe) {
    const times = executed.get(id) ?? 0;
    if (times > 1) faults.push(`unsafe request ${id} (${result}) was executed ${times} times`);
    if (result.startsWith('2')) {
      succeeded += 1;
      if (times !== 1) faults.push(`unsafe request ${id} was answered ${result} and executed ${times} times`);
    } else failed += 1;
  }
  for (const id of executed.keys()) if (!unsafe.has(id)) faults.push(`${id} was executed and never sent`);
  if (faults.length > 0) throw new Error([...faults.slice(0, 8), ...(faults.length > 8 ? ['...'] : [])].join('; '));
  return `${safe} safe requests, none failed; ${succeeded} unsafe executed once each, ${failed} failed and executed once at most`;
}
