import { monitorEventLoopDelay } from 'node:perf_hooks';
import { compareExchange, compareExchangeInTurns } from '../../../shared/parity/compare';
import type { ObservedResponse } from '../../../shared/parity/exchange';

/** `npm run bench:parity`: how fast the comparator is, and whether a large pair stalls a server that runs it. */

const EXCHANGES = 10_000;

/** A list of events as the monolith answers it, about 5 kB; `variant` changes ids' order of keys, so that bytes differ. */
function listOfEvents(count: number, reversed: boolean): string {
  const events = Array.from({ length: count }, (_, i) => {
    const entries: [string, unknown][] = [
      ['id', `5eede0e0${String(i).padStart(16, '0')}`],
      ['title', `Winter concert ${i} "by the sea"`],
      ['description', 'Doors open at seven. Bring a friend, and a coat.'],
      ['status', 'published'],
      ['tags', ['music', 'outdoor', 'free']],
      ['venue', null],
      ['startsAt', '2026-12-01T18:00:00.000Z'],
      ['capacity', 120 + i],
      ['createdBy', '5eede0e00000000000000002'],
    ];
    return Object.fromEntries(reversed ? entries.reverse() : entries);
  });
  return JSON.stringify({ events, page: 1, limit: 20, total: count });
}

function answer(body: string): ObservedResponse {
  return {
    statusCode: 200,
    headers: [
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Content-Length', String(Buffer.byteLength(body))],
      [
        'Set-Cookie',
        'eventsapp.sid=s%3Aabc.def; Path=/; Expires=Mon, 07 Dec 2026 08:00:00 GMT; HttpOnly; SameSite=Lax',
      ],
    ],
    body: Buffer.from(body),
  };
}

function throughput(): void {
  const [a, b] = [answer(listOfEvents(16, false)), answer(listOfEvents(16, true))];
  for (let i = 0; i < 500; i += 1) compareExchange(a, b);
  global.gc?.();
  const before = process.memoryUsage().heapUsed;
  let peak = 0;
  const begun = performance.now();
  let differences = 0;
  for (let i = 0; i < EXCHANGES; i += 1) {
    differences += compareExchange(a, b).differences.length;
    if (i % 500 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed);
  }
  const ms = performance.now() - begun;
  global.gc?.();
  const kept = (process.memoryUsage().heapUsed - before) / 1e6;
  print(
    `${EXCHANGES} exchanges of ${a.body.length} bytes, equal by structure but not by bytes: ${(ms / 1_000).toFixed(2)} s, ` +
      `${differences} differences, heap ${global.gc === undefined ? '' : `${kept.toFixed(1)} MB more afterwards, `}at most ${((peak - before) / 1e6).toFixed(0)} MB more in between`,
  );
}

async function stalls(): Promise<void> {
  const [one, other] = [listOfEvents(19_000, false), listOfEvents(19_000, true)];
  const [a, b] = [answer(one), answer(other)];
  const parsing = Math.max(...[one, other].map((text) => timed(() => void JSON.parse(text))));
  for (const [name, left, right] of [
    ['equal by structure', a, b],
    ['different at every event', a, answer(one.replaceAll('Winter', 'Summer'))],
  ] as const) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    // One turn, so that only the comparison is seen.
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.enable();
    const begun = performance.now();
    const { differences } = await compareExchangeInTurns(left, right);
    const ms = performance.now() - begun;
    await new Promise((resolve) => setTimeout(resolve, 20));
    delay.disable();
    print(
      `a pair of ${(a.body.length / 1e6).toFixed(1)} MB, ${name}: ${ms.toFixed(0)} ms in all, the longest stall ${(delay.max / 1e6).toFixed(0)} ms; ` +
        `JSON.parse alone ${parsing.toFixed(0)} ms; ${differences.length} differences`,
    );
  }
}

function timed(work: () => void): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

throughput();
void stalls();
