/**
 * `npm run bench`: Banyan compared with its peers in one run. Every subject is a process of its own before the same upstream; each
 * round asks all of them in turn, so that whatever else the machine does falls on all; medians of the rounds are compared.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSubjects } from './build-subjects';
import { startInstalled } from './installed';
import { cpuMicroseconds } from './cpu-time';
import { load, quantile, type LoadOptions } from './load';
import {
  CONTROL,
  DIRECT,
  FASTIFY,
  FLOOR,
  LISTED_ROW,
  MIDDLEWARE,
  ON_LEGACY_ROW,
  printAddedLatency,
  printRoutingCost,
  printThroughput,
  SHADOW,
  THOUSAND,
  UNLISTED_ROW,
  type RoutingCost,
  type Throughput,
} from './report';
import { storeSessions } from './sessions';
import { startSubject, type Subject } from './subject';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 7);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2);
const WARM_UP_SECONDS = 0.2;
/** Equal processes differ by up to a fifth for as long as they live, so what a route costs is measured within each of a few. */
const PROCESSES = 3;
const CONNECTIONS = 50;
const RATE = 500;

/** As a browser sends it: what a proxy copies. */
const HEADERS =
  'Host: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n' +
  'Accept: application/json\r\nAccept-Language: en-GB,en;q=0.7\r\nAccept-Encoding: gzip, deflate, br\r\n';
const SECRET = 'bench';
/** Of nobody: what a route that does not ask who it is has to copy. */
const TOKEN = encodeURIComponent(`s:${'a'.repeat(32)}.${'b'.repeat(43)}`);
/** More than a cohort lookup is remembered for, at any rate that this reaches. */
const COLD_SESSIONS = 40_000;

interface Row {
  readonly name: string;
  readonly subject: Subject;
  readonly request: LoadOptions['request'];
}

const withToken = (target: string, tokenOf: (n: number) => string): LoadOptions['request'] => {
  const head = `GET ${target} HTTP/1.1\r\n${HEADERS}Cookie: connect.sid=`;
  return (n) => `${head}${tokenOf(n)}\r\n\r\n`;
};
const get = (target: string): LoadOptions['request'] => withToken(target, () => TOKEN);

const LISTED = '/api/events/65f0c0ffee65f0c0ffee65f0/metrics';
const ON_LEGACY = '/api/events/65f0c0ffee65f0c0ffee65f0';
const UNLISTED = '/account/settings';
/** As long as the others, so that their bytes cost the same. */
const OTHER = '/api/others-0/65f0c0ffee65f0c0ffee65f0aaaaaaaa';
const UNLISTED_LONG = '/account/65f0c0ffee65f0c0ffee65f0aaaa/settings';

/** A table of so many routes; the last two are asked for. */
const routes = (count: number, metrics = 'stage: lambda', event = 'stage: legacy'): string =>
  [
    'routes:',
    ...Array.from(
      { length: count - 2 },
      (_, i) => `  - {id: other-${i}, match: 'GET /api/others-${i}/:id', stage: lambda}`,
    ),
    `  - {id: event-metrics, match: 'GET /api/events/:eventId/metrics', ${metrics}}`,
    `  - {id: event, match: 'GET /api/events/:eventId', ${event}}`,
    '',
  ].join('\n');

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-bench-'));
  const subjects: Subject[] = [];
  try {
    const built = await buildSubjects();
    const start = async (name: string, ...rest: [args?: string[], env?: Record<string, string>]): Promise<Subject> => {
      const subject = await startSubject(path.join(built, `${name}.js`), rest[0] ?? [], rest[1] ?? {});
      subjects.push(subject);
      return subject;
    };
    const upstream = await start('upstream');
    const url = `http://127.0.0.1:${upstream.port}`;
    const banyan = async (name: string, table: string, env: Record<string, string> = {}): Promise<Subject> => {
      const file = path.join(folder, `${name}.yml`);
      await writeFile(file, table);
      return start('banyan', [url], {
        ROUTES_FILE: file,
        LOG_FILE: path.join(folder, `${name}.log`),
        TRUSTED_HOPS: '1',
        SESSION_SECRET: SECRET,
        ...env,
      });
    };
    const mongodb = `mongodb://127.0.0.1:${(await start('mongodb')).port}/eventsapp`;
    const tokens = await storeSessions(mongodb, SECRET, COLD_SESSIONS);
    // Goes on where the round before ended: a token is cold again only when its answer has been forgotten.
    let asked = 0;
    const cold = (): string => tokens[(asked += 1) % tokens.length] ?? TOKEN;
    const warm = (n: number): string => tokens[n % CONNECTIONS] ?? TOKEN;

    const ten = routes(10);
    const canary = (name: string): Promise<Subject> =>
      banyan(name, routes(10, 'stage: canary, percent: 50'), { MONGODB_URI: mongodb });
    const shadow = routes(10, 'stage: lambda', 'stage: shadow, shadow: {sample: 1}');
    // A process for each row: what one has compiled and collected for another would help or hurt it.
    const rows: Row[] = [
      { name: DIRECT, subject: upstream, request: get(LISTED) },
      { name: FLOOR, subject: await start('floor'), request: get(LISTED) },
      { name: UNLISTED_ROW, subject: await banyan('unlisted', ten), request: get(UNLISTED) },
      { name: CONTROL, subject: await banyan('control', ten), request: get(UNLISTED) },
      { name: LISTED_ROW, subject: await banyan('listed', ten), request: get(LISTED) },
      { name: THOUSAND, subject: await banyan('thousand', routes(1_000)), request: get(LISTED) },
      { name: ON_LEGACY_ROW, subject: await banyan('on-legacy', ten), request: get(ON_LEGACY) },
      {
        name: SHADOW,
        subject: await banyan('shadow', shadow, { LAMBDA_URL: `${url}/slow/5000` }),
        request: get(ON_LEGACY),
      },
      {
        name: 'banyan, canary at 50 %, users known',
        subject: await canary('known'),
        request: withToken(LISTED, warm),
      },
      {
        name: 'banyan, canary at 50 %, users looked up',
        subject: await canary('looked-up'),
        request: withToken(LISTED, cold),
      },
      { name: FASTIFY, subject: await start('fastify-http-proxy', [url]), request: get(LISTED) },
      { name: MIDDLEWARE, subject: await start('http-proxy-middleware', [url]), request: get(LISTED) },
      { name: 'undici dispatch alone', subject: await start('undici-dispatch', [url]), request: get(LISTED) },
    ];
    for (const { name, subject } of await startInstalled(folder, upstream.port)) {
      subjects.push(subject);
      rows.push({ name, subject, request: get(LISTED) });
    }
    printThroughput(await measureThroughput(rows), { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS });
    printAddedLatency(await measureLatency(rows), RATE);

    const costs: RoutingCost[] = [];
    for (let i = 0; i < PROCESSES; i += 1) {
      process.stderr.write(`what routing costs: process ${i + 1} of ${PROCESSES}\n`);
      const subject = await canary(`one-process-${i}`);
      costs.push(await measureRoutingCost(subject, warm));
      await subject.stop();
    }
    printRoutingCost(costs);
  } finally {
    for (const subject of subjects) await subject.stop();
    await rm(folder, { recursive: true });
  }
}

async function measureThroughput(rows: readonly Row[]): Promise<Throughput[]> {
  const measured = rows.map(({ name }) => ({ name, requestsPerSecond: [] as number[], cpu: [] as number[] }));
  for (let round = -1; round < ROUNDS; round += 1) {
    process.stderr.write(round < 0 ? 'throughput: warming up\n' : `throughput: round ${round + 1} of ${ROUNDS}\n`);
    for (const [index, { name, subject, request }] of rows.entries()) {
      const { port } = subject;
      // What was known in the round before may be forgotten by now.
      await load({ port, request, connections: CONNECTIONS, seconds: WARM_UP_SECONDS });
      const before = cpuMicroseconds(subject.pid);
      const result = await load({ port, request, connections: CONNECTIONS, seconds: SECONDS });
      if (result.failures > 0) throw new Error(`${name}: ${result.failures} requests failed`);
      // The first round is for the compilers.
      if (round < 0) continue;
      measured[index]?.requestsPerSecond.push(result.requestsPerSecond);
      measured[index]?.cpu.push((cpuMicroseconds(subject.pid) - before) / result.requests);
    }
  }
  return measured;
}

/** Kinds of route asked in turns of one process, there and back, so that what drifts falls on all. */
async function measureRoutingCost(subject: Subject, warm: (n: number) => string): Promise<RoutingCost> {
  const kinds: readonly (readonly [keyof RoutingCost, LoadOptions['request']])[] = [
    ['unlisted', get(UNLISTED_LONG)],
    ['listed', get(OTHER)],
    ['canary', withToken(LISTED, warm)],
    ['control', get(UNLISTED_LONG)],
  ];
  const cost: Record<keyof RoutingCost, number[]> = { unlisted: [], control: [], listed: [], canary: [] };
  const { port, pid } = subject;
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [kind, request] of round % 2 === 0 ? kinds : kinds.toReversed()) {
      await load({ port, request, connections: CONNECTIONS, seconds: WARM_UP_SECONDS });
      const before = cpuMicroseconds(pid);
      const { requests, failures } = await load({ port, request, connections: CONNECTIONS, seconds: SECONDS });
      if (failures > 0) throw new Error(`${kind}: ${failures} requests failed`);
      if (round >= 0) cost[kind].push((cpuMicroseconds(pid) - before) / requests);
    }
  }
  return cost;
}

async function measureLatency(rows: readonly Row[]): Promise<{ name: string; p50: number; p99: number }[]> {
  const latencies = rows.map(({ name }) => ({ name, all: [] as number[] }));
  const rounds = Math.max(3, Math.floor(ROUNDS / 3));
  for (let round = 0; round < rounds; round += 1) {
    process.stderr.write(`latency: round ${round + 1} of ${rounds}\n`);
    for (const [index, { subject, request }] of rows.entries()) {
      const options = { port: subject.port, request, connections: CONNECTIONS, seconds: SECONDS, rate: RATE };
      latencies[index]?.all.push(...(await load(options)).latencies);
    }
  }
  return latencies.map(({ name, all }) => {
    all.sort((a, b) => a - b);
    return { name, p50: quantile(all, 0.5), p99: quantile(all, 0.99) };
  });
}

void main();
