import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MongoClient, type Db } from 'mongodb';
import { describeChanges, drawPicture } from '../../../../../proxy/cli/status/watch/describe-picture';
import { takePicture, type Picture } from '../../../../../proxy/cli/status/watch/picture';
import { ratesBetween, Rates } from '../../../../../proxy/cli/status/watch/rates';
import { watchStatus } from '../../../../../proxy/cli/status/watch/watch';
import { terminalScreen } from '../../../../../proxy/cli/terminal-screen';
import { judgeFleet } from '../../../../../proxy/fleet/fleet';
import { openLedger } from '../../../../../proxy/ledger/ledger';
import { readTraffic, type TrafficBySide, type TrafficSummary } from '../../../../../proxy/ledger/read-traffic';
import { clear, raise, routeOverrideId, KILL_SWITCH_ID } from '../../../../../proxy/overrides/store';
import { connectMongo } from '../../../../../shared/mongo';
import { startEmbedded, type EmbeddedMongo } from '../../../../../shared/local/mongo';
import { capturedLogger } from '../../../../support/captured-logger';
import { waitFor } from '../../../../support/wait-for';
import { startFollower } from '../../fleet/follower';

const ROUTES = `routes:
  - {id: list, match: GET /list, stage: lambda}
  - {id: a-route-with-a-long-name-that-says-all, match: GET /long, stage: canary, percent: 12.5}
  - {id: idle, match: GET /idle, stage: legacy}
`;
const LOWERING = {
  by: 'guard of proxy web-1',
  why: 'errors: 12 of 100 by Lambda, 0 by legacy, which is more than the limit',
};
let mongo: EmbeddedMongo;
let client: MongoClient;
let db: Db;
let folder: string;
let location: { routesFile: string; s3Endpoint: undefined };

beforeAll(async () => {
  mongo = await startEmbedded();
  client = await MongoClient.connect(`mongodb://127.0.0.1:${mongo.port}/shop`);
  db = client.db();
  folder = await mkdtemp(path.join(tmpdir(), 'banyan-watch-'));
  location = { routesFile: path.join(folder, 'routes.yml'), s3Endpoint: undefined };
  await writeFile(location.routesFile, ROUTES);
});
beforeEach(() => db.dropDatabase());
afterAll(async () => {
  await client.close();
  await mongo.stop();
  await rm(folder, { recursive: true });
});

const VERSIONS = { legacy: '1', lambda: '2' };
const SINCE = new Date('2026-11-29T03:00:00Z');
const lower = (id: string) =>
  raise(db, routeOverrideId(id), { ...LOWERING, since: SINCE, kind: 'guard', evidence: { errors: 12 } });
const take = (rates = new Rates(), at = new Date()) => takePicture(db, { location, rates, at });
const summary = (requests: number, errors = 0, fallbacks = 0): TrafficSummary => ({
  ...{ requests, errors, fallbacks, coldStarts: 0, p50: undefined, p99: undefined },
});
const sums = (traffic: TrafficBySide) => new Map([['list', traffic]]);

describe('rates', () => {
  it('are what clients were answered, by side, and what failed of each side', () => {
    const first = { at: 0, traffic: sums({ legacy: summary(100, 9), lambda: undefined }) };
    const last = { at: 10_000, traffic: sums({ legacy: summary(120, 10), lambda: summary(90, 9, 10) }) };
    expect(ratesBetween(first, last).get('list')).toEqual({
      perSecond: 10,
      lambda: 0.8,
      errors: { legacy: 0.05, lambda: 0.1 },
    });
    expect(ratesBetween(last, { ...last, at: 20_000 }).get('list')).toMatchObject({ perSecond: 0, lambda: undefined });
  });

  it('show a change of sides within seconds, and go on when their sums begin anew', async () => {
    const ledger = openLedger(
      { db: () => Promise.resolve(db), versions: VERSIONS, database: 'mongodb' },
      capturedLogger(),
    );
    const stored = async (): Promise<number> => {
      const sides = (await readTraffic(db, { since: new Date(0) })).byRoute.get('list');
      return (sides?.legacy?.requests ?? 0) + (sides?.lambda?.requests ?? 0);
    };
    const answer = async (upstream: 'legacy' | 'lambda', at: number) => {
      const lambda = { outcome: 'answered', statusCode: 200, ms: 9, code: undefined, coldStart: false } as const;
      const before = await stored();
      ledger.recordTraffic({
        ...{ routeId: 'list', method: 'GET', statusCode: 200, ms: 9, upstream, reason: 'stage', at },
        lambda: upstream === 'lambda' ? lambda : undefined,
      });
      await waitFor('the batch', async () => (await stored()) > before);
    };
    const begun = Date.now();
    const rates = new Rates();
    const after = async (seconds: number) =>
      (await rates.read(db, new Date(begun + seconds * 1000))).get('list')?.lambda;
    await after(0);
    await answer('lambda', begun);
    expect(await after(2)).toBe(1);
    await after(4);
    await answer('legacy', begun + 5_000);
    expect(await after(14)).toBe(0);
    // 180 s later: one reading has nothing to compare with.
    expect(await after(200)).toBe(0);
    expect(await after(202)).toBeUndefined();
    await ledger.close();
  });
});

describe('the picture', () => {
  const rate = (perSecond: number, lambda: number) => ({ perSecond, lambda, errors: { legacy: 0, lambda: 0.004 } });
  const busy = async (): Promise<Picture> => ({
    ...(await take(new Rates(), new Date(SINCE.getTime() + 192_000))),
    rates: new Map([
      ['list', rate(12.34, 0)],
      ['a-route-with-a-long-name-that-says-all', rate(0.1, 0.996)],
    ]),
    fleet: judgeFleet(
      ['web-1', 'web-2'].map((name, index) => ({
        ...{ _id: name, name, host: 'ip-10-0-1-7', port: 8080, version: '1', uptime: 1, revision: 9, routes: 'x' },
        ...{ builds: { legacy: '1', lambda: '2' }, age: index * 12_000 },
      })),
      9,
    ),
  });

  it('has the trouble first, and fits 60 columns', async () => {
    await lower('list');
    await raise(db, KILL_SWITCH_ID, { by: 'ann', why: 'just in case', since: SINCE });
    const ledger = openLedger(
      { db: () => Promise.resolve(db), versions: VERSIONS, database: 'mongodb' },
      capturedLogger(),
    );
    ledger.recordStage({ routeId: 'idle', action: 'lowered', ...LOWERING, at: SINCE, evidence: { errors: 12 } });
    await ledger.close();
    const lines = drawPicture(await busy(), { columns: 60, rows: 24 });
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "banyan status  03:03:12 UTC  1 of 2 proxies running
      KILL SWITCH ON: just in case (ann, 3 min 12 s ago)
      ROLLED BACK list: errors: 12 of 100 by Lambda, 0 by legacy,
        which is more than the limit (guard of proxy web-1, 3 min
        12 s ago)
      web-2 (ip-10-0-1-7:8080): no heartbeat for 12 s

      route                   stage        lambda  req/s  errors
      list                    kill-switch  0 %     12.3   0 %/<1 %
      a-route-with-a-long-n…  kill-switch  >99 %   0.1    0 %/<1 %

      1 route without requests: 1 legacy
      last breach: idle, 3 min 12 s ago: errors: 12 of 100 by
        Lambda, 0 by legacy, which is more than the limit"
    `);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('fits any terminal', async () => {
    await lower('list');
    const picture = await busy();
    for (const size of [
      { columns: 20, rows: 8 },
      { columns: 40, rows: 3 },
      { columns: 200, rows: 60 },
    ]) {
      const lines = drawPicture(picture, size, 'MongoDB cannot be reached');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(size.columns);
      expect(lines.length).toBeLessThan(size.rows);
    }
    expect(drawPicture(picture, { columns: 80, rows: 24 }, 'it is away')[1]).toBe('NOT CURRENT: it is away');
  });

  it('is drawn over the one before, with nothing in it that steers the terminal', () => {
    const written: string[] = [];
    const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    const screen = terminalScreen({ columns: 60, rows: 3, write });
    screen.draw(['one\u001b[31;1H', 'two']);
    screen.draw(['one']);
    expect(written).toEqual([
      '\n\n\n',
      '\u001b[Hone\\u001b[31;1H\u001b[K\ntwo\u001b[K\n\u001b[J',
      '\u001b[Hone\u001b[K\n\u001b[J',
    ]);
  });

  it('says what has changed since the one before', async () => {
    const quiet = await take();
    expect(describeChanges(undefined, quiet)).toEqual(['no proxy seen in this database']);
    expect(describeChanges(quiet, await take())).toEqual([]);
    await lower('list');
    const lowered = await take();
    expect(describeChanges(quiet, lowered)).toEqual([`list: lambda -> rolled-back: ${LOWERING.why} (${LOWERING.by})`]);
    expect(describeChanges(undefined, lowered)[0]).toMatch(/^list: rolled-back: errors/);
    await clear(db, routeOverrideId('list'), { by: 'ann', why: 'fixed' }, new Date());
    expect(describeChanges(lowered, await take())).toEqual(['list: rolled-back -> lambda']);
  });
});

describe('watching', () => {
  it('without a terminal writes a line for each change, and ends when it is interrupted', async () => {
    const written: string[] = [];
    const interrupted = new AbortController();
    const follower = await startFollower(`mongodb://127.0.0.1:${mongo.port}/shop`, 'web-1');
    const io = {
      now: () => new Date(),
      write: (text: string) => void written.push(text),
      interrupted: () => interrupted.signal,
    };
    const watching = watchStatus({ location, db: () => Promise.resolve(db), io });
    const said = (text: string) => waitFor(text, () => written.some((line) => line.includes(text)));
    await said('1 of 1 proxy running');
    await lower('list');
    await said('list: lambda -> rolled-back');
    await follower.close();
    await said('no proxy seen');
    interrupted.abort();
    expect(await watching).toMatchObject({ exitCode: 0 });
    expect(written.every((line) => /^\d{4}-\d\d-\d\dT\S+Z .+\n$/.test(line))).toBe(true);
    expect(written).toHaveLength(3);
  }, 30_000);

  it('reports a MongoDB that no longer answers within two seconds, keeps the last picture, and ends all the same', async () => {
    const drawn: (readonly string[])[] = [];
    const interrupted = new AbortController();
    const connection = connectMongo(`mongodb://127.0.0.1:${mongo.port}/shop`);
    const screen = {
      size: () => ({ columns: 60, rows: 20 }),
      draw: (lines: readonly string[]) => void drawn.push(lines),
    };
    const io = { now: () => new Date(), write: () => undefined, screen, interrupted: () => interrupted.signal };
    let answers = true;
    const watching = watchStatus({
      ...{ location, io },
      db: () => (answers ? connection.db() : new Promise<Db>(() => undefined)),
    });
    await waitFor('a picture', () => drawn.length > 0);
    answers = false;
    await waitFor('the report', () => drawn.at(-1)?.[1]?.startsWith('NOT CURRENT: MongoDB has not answered'));
    expect(drawn.at(-1)?.some((line) => line.includes('3 routes without requests: 1 legacy, 1 canary, 1 lambda'))).toBe(
      true,
    );
    interrupted.abort();
    expect(await watching).toMatchObject({ exitCode: 0 });
    await connection.close();
  }, 30_000);

  it('does not begin without MongoDB', async () => {
    const io = { now: () => new Date(), write: () => undefined };
    await expect(watchStatus({ location, db: () => Promise.reject(new Error('away')), io })).rejects.toThrow('away');
  });
});
