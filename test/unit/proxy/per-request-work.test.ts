import { exchangeRaw } from '../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../support/recording-server';
import { runProxy, type RunningProxy } from '../../support/running-proxy';

const REQUESTS = 20;

/** What a request makes the proxy do, counted where work that grows with the route table would show. */
interface Work {
  /** Look-ups in maps and sets. */
  readonly lookUps: number;
  /** Regular expressions that were tried. */
  readonly patterns: number;
  /** Elements that were walked over: by for-of, by spreading, by forEach and its like. */
  readonly elements: number;
}

type Method = (this: never, ...args: never[]) => unknown;

const WALKS = ['forEach', 'map', 'filter', 'find', 'findIndex', 'some', 'every', 'reduce', 'flatMap', 'includes'];

/** Counts calls of built-in functions while `during` runs. Node's own code has copies of its own and is not counted. */
async function count(during: () => Promise<unknown>): Promise<Work> {
  const work = { lookUps: 0, patterns: 0, elements: 0 };
  const restore: (() => void)[] = [];
  const watch = (owner: object, name: string, kind: keyof Work, howMuch: (self: unknown) => number = () => 1): void => {
    const original = Reflect.get(owner, name) as Method;
    Reflect.set(owner, name, function counted(this: never, ...args: never[]) {
      work[kind] += howMuch(this);
      return original.apply(this, args);
    });
    restore.push(() => Reflect.set(owner, name, original));
  };
  const iteratorOf = (iterable: Iterable<unknown>): object =>
    Object.getPrototypeOf(iterable[Symbol.iterator]()) as object;
  watch(Map.prototype, 'get', 'lookUps');
  watch(Map.prototype, 'has', 'lookUps');
  watch(Set.prototype, 'has', 'lookUps');
  watch(RegExp.prototype, 'exec', 'patterns');
  for (const iterable of [[], new Map(), new Set()]) watch(iteratorOf(iterable), 'next', 'elements');
  for (const name of WALKS) watch(Array.prototype, name, 'elements', (self) => (self as unknown[]).length);
  try {
    await during();
    return { ...work };
  } finally {
    for (const undo of restore) undo();
  }
}

const table = (routes: number): string =>
  [
    'routes:',
    ...Array.from({ length: routes - 1 }, (_, i) => `  - {id: r${i}, match: 'GET /api/r${i}/:id', stage: lambda}`),
    "  - {id: event, match: 'GET /api/events/:eventId', stage: lambda}",
  ].join('\n');

describe('work per request', () => {
  let upstream: RecordingServer;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => (upstream = await recordingServer()));
  afterEach(async () => {
    await proxy?.close();
    await upstream.close();
  });

  const workOf = async (routes: number, target: string): Promise<Work> => {
    proxy = await runProxy({
      legacyUrl: upstream.url,
      lambdaUrl: new URL('/prod', upstream.url),
      routes: table(routes),
    });
    const { port } = proxy;
    const ask = (): Promise<string> =>
      exchangeRaw(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    // What is done once (header names remembered, connections opened) is done.
    for (let i = 0; i < 5; i += 1) await ask();
    const works: Work[] = [];
    for (let i = 0; i < REQUESTS; i += 1) works.push(await count(ask));
    await proxy.close();
    proxy = undefined;
    // Timers of the proxy may run in between and add to one; the least is the request's own.
    const least = (of: keyof Work): number => Math.min(...works.map((work) => work[of]));
    return { lookUps: least('lookUps'), patterns: least('patterns'), elements: least('elements') };
  };

  it.each([
    ['a listed route', '/api/events/65f0c0ffee65f0c0ffee65f0'],
    ['an unlisted route', '/account/settings'],
  ])('is the same with 1,000 routes as with 10: %s', async (_name, target) => {
    const withTen = await workOf(10, target);
    for (const kind of ['lookUps', 'patterns', 'elements'] as const) expect(withTen[kind]).toBeGreaterThan(0);
    expect(await workOf(1_000, target)).toEqual(withTen);
  });

  it('counts what it says', async () => {
    const routes = Array.from({ length: 1_000 }, (_, i) => i);
    const walked = await count(() => {
      for (const route of routes) if (route < 0) break;
      routes.forEach(() => undefined);
      return Promise.resolve();
    });
    expect(walked.elements).toBeGreaterThanOrEqual(2_000);
  });

  it('asks one upstream once, and nobody else', async () => {
    await workOf(10, '/api/events/65f0c0ffee65f0c0ffee65f0');
    expect(upstream.requests).toHaveLength(5 + REQUESTS);
  });
});
