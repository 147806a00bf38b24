import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What one run of load gave. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** From when each request was due to the end of its answer, in ms, sorted. */
  readonly latencies: readonly number[];
  /** Answers that were not 2xx, and connections that broke. */
  readonly failures: number;
}

export interface LoadOptions {
  readonly port: number;
  /** The bytes of the n-th request. */
  readonly request: (n: number) => string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second over all connections; as fast as answers come when undefined. */
  readonly rate?: number;
  /** Ends after so many requests, whatever the time. */
  readonly limit?: number;
}

const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * A load client on bare sockets: one request at a time on each connection, keep-alive, the answer's bytes counted and thrown
 * away. With a rate, requests are due at fixed moments and their latency counts from there, sent or not (Tene's coordinated
 * omission: else a server that stalls is measured only by the requests that it was kind enough to let out).
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { port, connections, seconds, rate, limit = Number.POSITIVE_INFINITY, request } = options;
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const latencies: number[] = [];
  const idle: ((due: number) => void)[] = [];
  const waiting: number[] = [];
  let failures = 0;
  let sent = 0;
  let stopped = false;
  const begun = performance.now();

  const run = (socket: Socket): void => {
    let rest = '';
    let due = 0;
    const send = (at: number): void => {
      due = at;
      socket.write(request(sent), 'latin1');
      sent += 1;
    };
    const next = (): void => {
      if (stopped || sent >= limit) return;
      if (rate === undefined) send(performance.now());
      else {
        const at = waiting.shift();
        if (at === undefined) idle.push(send);
        else send(at);
      }
    };
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('latin1');
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const size = end + 4 + Number(LENGTH.exec(rest)?.[1] ?? Number.NaN);
      if (Number.isNaN(size)) throw new Error(`an answer without length: ${rest.slice(0, 200)}`);
      if (rest.length < size) return;
      if (!rest.startsWith('HTTP/1.1 2')) failures += 1;
      rest = rest.slice(size);
      latencies.push(performance.now() - due);
      next();
    });
    socket.on('close', () => {
      if (!stopped) failures += 1;
    });
    next();
  };
  sockets.forEach(run);

  const pace = rate === undefined ? undefined : startPace(rate, begun, idle, waiting);
  while (performance.now() - begun < seconds * 1_000 && latencies.length < limit)
    await new Promise((resolve) => setTimeout(resolve, 20));
  stopped = true;
  clearInterval(pace);
  const elapsed = (performance.now() - begun) / 1_000;
  for (const socket of sockets) socket.destroy();
  latencies.sort((a, b) => a - b);
  return { requests: latencies.length, requestsPerSecond: latencies.length / elapsed, latencies, failures };
}

function startPace(rate: number, begun: number, idle: ((due: number) => void)[], waiting: number[]): NodeJS.Timeout {
  let issued = 0;
  return setInterval(() => {
    const wanted = ((performance.now() - begun) * rate) / 1_000;
    for (; issued < wanted; issued += 1) {
      const due = begun + (issued * 1_000) / rate;
      const send = idle.shift();
      if (send === undefined) waiting.push(due);
      else send(due);
    }
  }, 1);
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

/** The value below which the share `q` of the sorted values lies. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
