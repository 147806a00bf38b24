import { createServer, type Server } from 'node:http';
import { MongoClient } from 'mongodb';
import { decidingProxy, disagreementOf } from '../../../../proxy/climb/run';
import { judgeFleet } from '../../../../proxy/fleet/fleet';
import { readEvidence } from '../../../../proxy/ledger/evidence';
import { recordSuite } from '../../../../proxy/ledger/suites';
import { routeOverrideId } from '../../../../proxy/overrides/store';
import { readHistory } from '../../../../proxy/history/stages';
import { parseRouteTable, type RouteTable } from '../../../../proxy/route-table/load';
import {
  CLIMB_VERSIONS,
  startClimbingProxy,
  type ClimbingProxy,
  type ClimbingProxyOptions,
} from '../../../support/climbing-proxy';
import { listen } from '../../../support/listen';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';
import { waitFor } from '../../../support/wait-for';

const tableOf = (canary: string, more = ''): RouteTable =>
  parseRouteTable(`routes: [{ id: a, match: POST /a, stage: canary, canary: ${canary}${more} }]`, {
    file: 'routes.yml',
    lambdaAvailable: true,
  });
/** Short enough for a test: steps last as long as evidence is missing. */
const QUICK = tableOf('{ steps: [1, 5, 100], every: 1s }');

let mongo: TestMongo;
let client: MongoClient;
let proxies: ClimbingProxy[];
let gate: Server;
let gateUrl: string;
/** What the gate answers, and what it was asked. */
let said: { status: number; text: string };
let asked: unknown[];

beforeEach(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
  proxies = [];
  asked = [];
  gate = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      asked.push(JSON.parse(body));
      response.writeHead(said.status).end(said.text);
    });
  });
  gateUrl = `http://127.0.0.1:${await listen(gate)}/climb?key=hidden`;
});
afterEach(async () => {
  await Promise.all(proxies.map((proxy) => proxy.close()));
  gate.closeAllConnections();
  await new Promise((resolve) => gate.close(resolve));
  await client.close();
  await mongo.stop();
});

async function start(table: () => RouteTable, options: Partial<ClimbingProxyOptions> = {}): Promise<ClimbingProxy> {
  const port = 8_000 + proxies.length;
  const proxy = await startClimbingProxy({ uri: mongo.uri, name: `web-${port}`, port, table, ...options });
  proxies.push(proxy);
  return proxy;
}

/** Lambda answers clients on this proxy, well or not. */
function answer({ ledger }: ClimbingProxy, times: number, statusCode = 200): void {
  const outcome = statusCode === 200 ? 'answered' : 'failed';
  const lambda = { outcome, statusCode, ms: 9, code: undefined, coldStart: false } as const;
  for (let index = 0; index < times; index += 1)
    ledger.recordTraffic({
      ...{ routeId: 'a', method: 'POST', statusCode, ms: 9, upstream: 'lambda', reason: 'cohort' },
      ...{ lambda, at: Date.now() },
    });
}

async function recordSuiteOf(routeId: string): Promise<void> {
  const covered = { statuses: [200], identities: ['member'] };
  const suite = { routeId, cases: 4, equal: 4, different: 0, skipped: 0, ...covered, wanted: covered };
  await recordSuite(client.db(), suite, { versions: CLIMB_VERSIONS, database: 'mongodb', at: new Date() });
}

const stepOf = ({ overrides }: ClimbingProxy) => overrides.current().steps.get('a');
const allAt = (percent: number) =>
  waitFor(`all at ${percent} %`, () => proxies.every((proxy) => stepOf(proxy)?.percent === percent));
const waits = (proxy: ClimbingProxy, text: string) =>
  waitFor(text, () => stepOf(proxy)?.waits?.includes(text) === true);

it('climbs on every proxy alike, each step once, and says in the history why', async () => {
  await recordSuiteOf('a');
  const [first] = [await start(() => QUICK), await start(() => QUICK), await start(() => QUICK)];
  for (const [percent, answers] of [
    [1, 20],
    [5, 20],
    [100, 0],
  ] as const) {
    await allAt(percent);
    answer(first, answers);
  }
  await first.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  const climbed = (await readHistory(client.db(), 'a')).filter(({ action }) => action === 'climbed').reverse();
  expect(climbed).toMatchObject([
    { percent: 1, why: 'the first step', by: expect.stringMatching(/^web-/) as unknown },
    { percent: 5, why: 'evidence and guard held at 1 %' },
    { percent: 100 },
  ]);
});

it('waits with its reason, and goes on when it is gone', async () => {
  const proxy = await start(() => QUICK);
  await allAt(1);
  answer(proxy, 20);
  await waits(proxy, 'the parity suite was not recorded on these versions');
  await recordSuiteOf('a');
  await allAt(5);
  expect(stepOf(proxy)?.waits).toBeUndefined();
});

it('reads what holds it from the ledger at every third look', async () => {
  const proxy = await start(() => QUICK);
  await allAt(1);
  answer(proxy, 20);
  await waits(proxy, 'the parity suite was not recorded');
  const read = jest.spyOn(proxy.ledger, 'routeEvidence');
  // Twice at each look.
  const looked = jest.spyOn(proxy.overrides, 'current');
  const asked = await new Promise<number>((resolve) => {
    read.mockImplementation(async (route) => {
      if (read.mock.calls.length === 4) resolve(looked.mock.calls.length);
      return readEvidence(client.db(), {
        route,
        versions: CLIMB_VERSIONS,
        rules: [],
        development: false,
        now: new Date(),
      });
    });
  });
  expect(asked / 2).toBeGreaterThanOrEqual(3 * 3);
});

it('returns by the guard, and starts again only by a resume, at its first step', async () => {
  await recordSuiteOf('a');
  const [proxy, other] = [await start(() => QUICK), await start(() => QUICK)];
  await allAt(1);
  answer(proxy, 20);
  await allAt(5);
  await other.overrides.lower('a', { by: 'guard of web-2', why: 'errors', kind: 'guard' });
  answer(proxy, 100);
  await waitFor('the end of the step', () => proxies.every((each) => stepOf(each) === undefined));
  // Longer than a step lasts.
  const since = Date.now();
  await waitFor('some looks', () => Date.now() - since > 1_500);
  expect(proxies.map((each) => [each.overrides.current().lowered.has('a'), stepOf(each)])).toEqual([
    [true, undefined],
    [true, undefined],
  ]);
  await proxy.overrides.resume('a', { by: 'ann', why: 'fixed' });
  await allAt(1);
});

it('asks its gate, and does not go on before it says 200', async () => {
  said = { status: 409, text: 'change freeze until Monday\nsecret details' };
  const table = tableOf(`{ steps: [1, 5], gate: '${gateUrl}' }`);
  const proxy = await start(() => table);
  await waits(proxy, `the gate ${new URL(gateUrl).host} answered 409: change freeze until Monday`);
  expect(asked[0]).toEqual({ route: 'a', from: 0, to: 1, versions: CLIMB_VERSIONS });
  expect(stepOf(proxy)?.percent).toBe(0);
  // It is asked again after half a minute only.
  expect(asked).toHaveLength(1);
  expect(proxy.logger.text()).not.toContain('hidden');
});

it('goes on when its gate says 200', async () => {
  said = { status: 200, text: '' };
  const table = tableOf(`{ steps: [1, 5], gate: '${gateUrl}' }`);
  await start(() => table);
  await allAt(1);
});

it('lets the others climb when one route cannot be judged, and says which', async () => {
  await recordSuiteOf('b');
  const both = parseRouteTable(
    `routes:\n${['a', 'b'].map((id) => `  - {id: ${id}, match: POST /${id}, stage: canary, canary: { steps: [1, 5, 100], every: 1s }}\n`).join('')}`,
    { file: 'routes.yml', lambdaAvailable: true },
  );
  // Edited by hand.
  await client
    .db()
    .collection<{ _id: string; climb: number; revision: number; active: null }>('banyanOverrides')
    .insertOne({ _id: routeOverrideId('a'), climb: 5, revision: 0, active: null });
  const proxy = await start(() => both);
  await waitFor('b at 1 %', () => proxy.overrides.current().steps.get('b')?.percent === 1);
  expect(stepOf(proxy)).toBeUndefined();
});

it('holds while proxies have different tables, and forgets a step of a route that climbs no more', async () => {
  let table = QUICK;
  const fixed = tableOf('{ steps: [1, 5, 100], every: 1s }', ', unless: { header: x-beta }');
  const proxy = await start(() => table);
  await allAt(1);
  const other = await start(() => fixed);
  answer(proxy, 20);
  await waits(proxy, 'the proxies differ in route table');
  await other.close();
  proxies.pop();
  table = parseRouteTable('routes: [{ id: a, match: POST /a, stage: canary, percent: 5 }]', {
    file: 'routes.yml',
    lambdaAvailable: true,
  });
  await waitFor('no step', () => stepOf(proxy) === undefined);
});

describe('the proxy that decides', () => {
  const proxy = { name: 'web', host: 'h', port: 1, version: '1', uptime: 1, revision: 1, age: 0 };
  const seen = { ...proxy, _id: 'b', routes: 'x', builds: CLIMB_VERSIONS };
  const newer = { ...seen, builds: { legacy: '1', lambda: '3' } };

  it('is the first of those that run', () => {
    expect(decidingProxy(judgeFleet([], 1))).toBeUndefined();
    const others = [
      { ...seen, _id: 'c' },
      { ...seen, _id: 'a', age: 60_000 },
    ];
    expect(decidingProxy(judgeFleet([...others, seen], 1))).toBe('b');
  });

  it('lets nothing climb over proxies that differ, except those that are gone', () => {
    const disagreement = (...more: (typeof seen)[]) => disagreementOf(judgeFleet([seen, ...more], 1));
    expect(disagreement(seen, { ...seen, version: '2' })).toBeUndefined();
    expect(disagreement({ ...seen, routes: 'y' })).toBe('the proxies differ in route table');
    expect(disagreement({ ...newer, routes: 'y' })).toBe('the proxies differ in route table and Lambda build');
    expect(disagreement({ ...newer, age: 60_000 })).toBeUndefined();
  });
});
