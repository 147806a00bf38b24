import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { bodyOf, judgeAnswer, type Side } from './answer';

/** What became of the requests of many clients. */
export interface Outcome {
  readonly seconds: number;
  readonly safe: number;
  /** Safe requests without the one right answer: what they got, with its number. */
  readonly failedSafe: ReadonlyMap<string, number>;
  /** Safe requests that were sent a second time, because the connection had been closed while it was idle. */
  readonly sentAgain: number;
  /** Unsafe requests by path: `ok`, or the status or error they got. */
  readonly unsafe: ReadonlyMap<string, string>;
  /** How long each request took until the end of its answer, in ms, sorted. */
  readonly latencies: readonly number[];
  /** Who answered each client's requests for the listed route. */
  readonly sides: readonly ReadonlySet<Side>[];
}

export interface ClientsOptions {
  /** The n-th client talks to the n-th of them, in turns. */
  readonly ports: readonly number[];
  readonly connections: number;
  readonly seconds: number;
  /** Headers of the n-th client. */
  readonly headers?: (client: number) => Readonly<Record<string, string>>;
  readonly progress?: (text: string) => void;
}

interface Result {
  readonly text: string;
  readonly by?: Side;
}

/** Codes of a kept-alive connection that was closed while it was idle. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);
const NO_ANSWER_MS = 20_000;

/**
 * Clients with a connection each, as browsers and SDKs are. Each sends in turns: a safe request to a listed route, one to a path that is
 * not listed, and an unsafe one, all with paths of their own. Every answer is read to its end and held against the one that is right.
 * A safe request on a used connection that turns out to be closed is sent once more (RFC 9110 section 9.2.2), an unsafe one never.
 */
export async function runClients(options: ClientsOptions): Promise<Outcome> {
  const { ports, connections, seconds, headers = () => ({}), progress } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failedSafe = new Map<string, number>();
  const unsafe = new Map<string, string>();
  const latencies: number[] = [];
  const sides = Array.from({ length: connections }, () => new Set<Side>());
  const begun = performance.now();
  const until = begun + seconds * 1_000;
  let safe = 0;
  let sentAgain = 0;

  const ask = (method: string, path: string, client: number, isSecond = false): Promise<Result> =>
    new Promise((resolve) => {
      const body = method === 'GET' ? undefined : bodyOf(path);
      const request = httpRequest({
        host: '127.0.0.1',
        port: ports[client % ports.length],
        method,
        path,
        agent,
        headers: {
          ...headers(client),
          ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': body.length }),
        },
      });
      request.setTimeout(NO_ANSWER_MS, () => request.destroy(new Error(`no answer within ${NO_ANSWER_MS / 1_000} s`)));
      request.on('error', (error: NodeJS.ErrnoException) => {
        const isClosed = request.reusedSocket && CLOSED.has(error.code ?? '');
        if (method !== 'GET' || isSecond || !isClosed) {
          resolve({ text: error.code ?? error.message });
          return;
        }
        sentAgain += 1;
        resolve(ask(method, path, client, true));
      });
      request.on('response', (response) => {
        readWhole(response).then(
          (text) => {
            const answer = { status: response.statusCode ?? 0, headers: response.headers, body: text };
            const judged = judgeAnswer({ method, path }, answer);
            resolve('fault' in judged ? { text: judged.fault } : { text: 'ok', by: judged.by });
          },
          (error: unknown) => resolve({ text: `half an answer (${String(error)})` }),
        );
      });
      request.end(body);
    });
  const askTimed = async (method: string, path: string, client: number): Promise<Result> => {
    const sent = performance.now();
    const result = await ask(method, path, client);
    latencies.push(performance.now() - sent);
    return result;
  };
  const askSafe = async (path: string, client: number): Promise<Result> => {
    const result = await askTimed('GET', path, client);
    safe += 1;
    if (result.text !== 'ok') failedSafe.set(result.text, (failedSafe.get(result.text) ?? 0) + 1);
    return result;
  };
  const one = async (client: number): Promise<void> => {
    // Each begins at another of the three, so that no moment has one kind only.
    for (let i = client % 3; performance.now() < until; i += 1) {
      const id = `${client}-${i}`;
      if (i % 3 === 0) {
        const { by } = await askSafe(`/api/events/${id}`, client);
        if (by !== undefined) sides[client]?.add(by);
      } else if (i % 3 === 1) await askSafe(`/unlisted/${id}`, client);
      else {
        const path = `/api/events/${id}`;
        unsafe.set(path, (await askTimed('POST', path, client)).text);
      }
    }
  };
  const timer = setInterval(() => progress?.(`${latencies.length} requests`), 1_000);
  await Promise.all(Array.from({ length: connections }, (_, client) => one(client)));
  clearInterval(timer);
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const took = (performance.now() - begun) / 1_000;
  return { seconds: took, safe, failedSafe, sentAgain, unsafe, latencies, sides };
}

async function readWhole(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  if (!response.complete) throw new Error('incomplete');
  return text;
}
