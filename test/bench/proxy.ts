/**
 * `npm run bench`: Banyan beside its peers in one run. Every subject is a process of its own before the same upstream; each
 * round asks all of them in turn, so that whatever else the machine does falls on all; medians of the rounds are compared.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSubjects } from './build-subjects';
import { cpuMicroseconds } from './cpu-time';
import { load, quantile, type LoadOptions } from './load';
import { printAddedLatency, printThroughput, type Throughput } from './report';
import { startSubject, type Subject } from './subject';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 9);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2);
const CONNECTIONS = 50;
const RATE = 500;

/** As a browser sends it: what a proxy copies. */
const HEADERS =
  'Host: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n' +
  'Accept: application/json\r\nAccept-Language: en-GB,en;q=0.7\r\nAccept-Encoding: gzip, deflate, br\r\n';
const TOKEN = `s%3A${'a'.repeat(32)}.${'b'.repeat(43)}`;

interface Row {
  readonly name: string;
  readonly subject: Subject;
  readonly request: LoadOptions['request'];
}

const get =
  (target: string, headers = `Cookie: eventsapp.sid=${TOKEN}\r\n`) =>
  (): string =>
    `GET ${target} HTTP/1.1\r\n${HEADERS}${headers}\r\n`;

const LISTED = '/api/events/65f0c0ffee65f0c0ffee65f0/metrics';
const UNLISTED = '/account/settings';

const routes = (count: number, stage = 'lambda'): string =>
  [
    'routes:',
    ...Array.from(
      { length: count - 1 },
      (_, i) => `  - {id: other-${i}, match: 'GET /api/others-${i}/:id', stage: lambda}`,
    ),
    `  - {id: event-metrics, match: 'GET /api/events/:eventId/metrics', stage: ${stage}}`,
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
    const banyan = async (name: string, table: string): Promise<Subject> => {
      const file = path.join(folder, `${name}.yml`);
      await writeFile(file, table);
      return start('banyan', [url], {
        ROUTES_FILE: file,
        LOG_FILE: path.join(folder, `${name}.log`),
        TRUSTED_HOPS: '1',
        SESSION_SECRET: 'bench',
      });
    };
    const few = await banyan('few', routes(10));
    const many = await banyan('many', routes(1_000));
    const rows: Row[] = [
      { name: 'direct', subject: upstream, request: get(LISTED) },
      { name: 'banyan, unlisted route', subject: few, request: get(UNLISTED) },
      { name: 'banyan, unlisted route (A/A control)', subject: few, request: get(UNLISTED) },
      { name: 'banyan, listed route', subject: few, request: get(LISTED) },
      { name: 'banyan, listed route of 1,000', subject: many, request: get(LISTED) },
      { name: '@fastify/http-proxy', subject: await start('fastify-http-proxy', [url]), request: get(LISTED) },
      { name: 'http-proxy-middleware', subject: await start('http-proxy-middleware', [url]), request: get(LISTED) },
      { name: 'undici dispatch alone', subject: await start('undici-dispatch', [url]), request: get(LISTED) },
    ];
    printThroughput(await measureThroughput(rows), { rounds: ROUNDS, seconds: SECONDS, connections: CONNECTIONS });
    printAddedLatency(await measureLatency(rows.slice(0, -1)), RATE);
  } finally {
    for (const subject of subjects) await subject.stop();
    await rm(folder, { recursive: true });
  }
}

async function measureThroughput(rows: readonly Row[]): Promise<Throughput[]> {
  const measured = rows.map(({ name }) => ({ name, requestsPerSecond: [] as number[], cpu: [] as number[] }));
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [index, { name, subject, request }] of rows.entries()) {
      const before = cpuMicroseconds(subject.pid);
      const result = await load({ port: subject.port, request, connections: CONNECTIONS, seconds: SECONDS });
      if (result.failures > 0) throw new Error(`${name}: ${result.failures} requests failed`);
      // The first round is for the compilers.
      if (round < 0) continue;
      measured[index]?.requestsPerSecond.push(result.requestsPerSecond);
      measured[index]?.cpu.push((cpuMicroseconds(subject.pid) - before) / result.requests);
    }
  }
  return measured;
}

async function measureLatency(rows: readonly Row[]): Promise<{ name: string; p50: number; p99: number }[]> {
  const latencies = rows.map(({ name }) => ({ name, all: [] as number[] }));
  for (let round = 0; round < Math.max(3, ROUNDS / 3); round += 1) {
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
