import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Side } from './answer';
import { planForSides, type PlannedRequest } from './plan';

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
  /** What the n-th client sends as its i-th request; by default what {@link planForSides} says. */
  readonly plan?: (client: number, i: number) => PlannedRequest;
  /** Headers of the n-th client. */
  readonly headers?: (client: number) => Readonly<Record<string, string>>;
  readonly progress?: (text: string) => void;
}

interface Result {
  readonly text: string;
  readonly by?: Side | undefined;
}

/** Codes of a kept-alive connection that was closed while it was idle. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);
const NO_ANSWER_MS = 30_000;

/**
 * Clients with a connection each, as browsers and SDKs are. Every answer is read to its end and judged. A safe request on a used
 * connection that turns out to be closed is sent once more (RFC 9110 section 9.2.2), an unsafe one never.
 */
export async function runClients(options: ClientsOptions): Promise<Outcome> {
  const { ports, connections, seconds, headers = () => ({}), plan = planForSides, progress } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failedSafe = new Map<string, number>();
  const unsafe = new Map<string, string>();
  const latencies: number[] = [];
  const sides = Array.from({ length: connections }, () => new Set<Side>());
  const begun = performance.now();
  const until = begun + seconds * 1_000;
  let safe = 0;
  let sentAgain = 0;

  const ask = (planned: PlannedRequest, client: number, isSecond = false): Promise<Result> =>
    new Promise((resolve) => {
      const { method, path, body, unsafeId } = planned;
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
        if (unsafeId !== undefined || isSecond || !isClosed) {
          resolve({ text: error.code ?? error.message });
          return;
        }
        sentAgain += 1;
        resolve(ask(planned, client, true));
      });
      request.on('response', (response) => {
        readWhole(response).then(
          (text) => {
            const judged = planned.judge({ status: response.statusCode ?? 0, headers: response.headers, body: text });
            resolve({ text: judged.fault ?? 'ok', by: judged.by });
          },
          (error: unknown) => resolve({ text: `half an answer (${String(error)})` }),
        );
      });
      request.end(body);
    });
  const one = async (client: number): Promise<void> => {
    // They begin at different requests of the plan, so that no moment has one kind only.
    for (let i = client % 3; performance.now() < until; i += 1) {
      const planned = plan(client, i);
      const sent = performance.now();
      const { text, by } = await ask(planned, client);
      latencies.push(performance.now() - sent);
      if (planned.unsafeId !== undefined) unsafe.set(planned.unsafeId, text);
      else {
        safe += 1;
        if (text !== 'ok') failedSafe.set(text, (failedSafe.get(text) ?? 0) + 1);
      }
      if (planned.isByCohort === true && by !== undefined) sides[client]?.add(by);
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
