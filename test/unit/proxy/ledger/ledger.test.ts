import { MongoClient, type Db } from 'mongodb';
import { openLedger, type Ledger, type LedgerOptions } from '../../../../proxy/ledger/ledger';
import { readTraffic } from '../../../../proxy/ledger/read-traffic';
import { Traffic } from '../../../../proxy/ledger/traffic';
import type { ComparisonObservation, RequestObservation } from '../../../../proxy/observation';
import { connectMongo } from '../../../../shared/mongo';
import { startMongo, type LocalMongo } from '../../../../shared/local/mongo';
import { capturedLogger } from '../../../support/captured-logger';
import { waitFor } from '../../../support/wait-for';
import { onlyOnEmbedded } from '../../../support/test-mongo';

const { describe } = onlyOnEmbedded();

const VERSIONS = { legacy: '2026.11.1', lambda: 'b.7$x' };
const LIST_EVENTS = { id: 'list-events', method: 'GET', path: '/api/events' };
const NOW = Date.UTC(2026, 10, 23, 10, 0, 30);
const closers: (() => Promise<void>)[] = [];
let mongo: LocalMongo;
let client: MongoClient;
let db: Db;

beforeEach(async () => {
  mongo = await startMongo({ env: {} });
  client = await MongoClient.connect(mongo.uri, { serverSelectionTimeoutMS: 500 });
  db = client.db();
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  await client.close();
  await mongo.stop();
});

/** A ledger that writes when the test says so. */
function open(options: Partial<LedgerOptions> = {}) {
  const connection = connectMongo(mongo.uri, { serverSelectionTimeoutMS: 300, heartbeatFrequencyMS: 500 });
  const logger = capturedLogger();
  const ledger = openLedger(
    { db: () => connection.db(), versions: VERSIONS, flushInterval: 3_600_000, now: () => new Date(NOW), ...options },
    logger,
  );
  closers.push(() => ledger.close().then(() => connection.close()));
  return Object.assign(ledger, { logger });
}

const comparison = (given: Partial<ComparisonObservation> = {}): ComparisonObservation => ({
  routeId: 'list-events',
  equal: true,
  differences: [],
  statusCode: 200,
  identity: 'session',
  queryForm: 'limit&page',
  source: 'shadow',
  at: NOW,
  ...given,
});

const request = (given: Partial<RequestObservation> = {}): RequestObservation => ({
  routeId: 'list-events',
  method: 'GET',
  statusCode: 200,
  ms: 12,
  upstream: 'legacy',
  reason: 'stage',
  lambda: undefined,
  at: NOW,
  ...given,
});

const repeat = (times: number, work: (index: number) => void) => Array.from({ length: times }, (_, i) => work(i));

describe('answers by Lambda to clients', () => {
  const attempt = { outcome: 'answered', statusCode: 200, ms: 9, code: undefined, coldStart: false } as const;
  const byLambda = request({ upstream: 'lambda', reason: 'cohort', lambda: attempt });
  const onStage = (stage: 'shadow' | 'canary' | 'lambda') => [{ id: 'list-events', stage, percent: 10 }];

  it('are counted by stage and versions, over several proxies and batches', async () => {
    const [a, b, other] = [open(), open(), open({ versions: { ...VERSIONS, lambda: 'older' } })];
    for (const ledger of [a, b, other]) ledger.seeRoutes(onStage('canary'));
    repeat(3, () => a.recordTraffic(byLambda));
    repeat(2, () => b.recordTraffic(byLambda));
    repeat(9, () => other.recordTraffic(byLambda));
    for (const ledger of [a, b, other]) await ledger.flush();
    a.seeRoutes(onStage('lambda'));
    a.recordTraffic({ ...byLambda, reason: 'stage' });
    await a.flush();
    expect([...(await a.routeEvidence(LIST_EVENTS)).answers].sort((x, y) => y.answered - x.answered)).toEqual([
      { stage: 'canary', database: 'embedded', answered: 5, failed: 0 },
      { stage: 'lambda', database: 'embedded', answered: 1, failed: 0 },
    ]);
  });

  it('are none of an operator, of shadow, of legacy, or to clients that have gone; fallbacks and errors are failures', async () => {
    const ledger = open();
    ledger.seeRoutes(onStage('shadow'));
    ledger.recordTraffic(byLambda);
    ledger.seeRoutes(onStage('canary'));
    const bad = { ...attempt, statusCode: 502 };
    const refused = { ...attempt, statusCode: 401 };
    for (const given of [
      { ...byLambda, reason: 'forced' as const },
      request(),
      { ...byLambda, statusCode: 499 },
      // Legacy refused as well: neither an answer of Lambda nor a failure.
      request({ reason: 'session-refused', lambda: refused, statusCode: 401 }),
    ])
      ledger.recordTraffic(given);
    await ledger.flush();
    expect((await ledger.routeEvidence(LIST_EVENTS)).answers).toEqual([]);
    for (const given of [
      request({ reason: 'fallback', lambda: bad }),
      { ...byLambda, lambda: bad, statusCode: 502 },
      request({ reason: 'session-refused', lambda: refused }),
      request({ reason: 'gateway-refused', lambda: { ...attempt, statusCode: 413 } }),
      { ...byLambda, statusCode: 404 },
    ])
      ledger.recordTraffic(given);
    await ledger.flush();
    expect((await ledger.routeEvidence(LIST_EVENTS)).answers).toEqual([
      { stage: 'canary', database: 'embedded', answered: 1, failed: 4 },
    ]);
  });
});

describe('copies that were dropped', () => {
  it('are counted over several proxies by reason, with the places of noise', async () => {
    const place = { path: 'body form input @value', kind: 'token', pattern: '[0-9a-f]{32}' } as const;
    const [a, b] = [open(), open()];
    repeat(3, () => a.recordDrop('list-events', 'noise', [place]));
    b.recordDrop('list-events', 'noise', [place, { path: '$.n', kind: 'tolerance', within: 2 }]);
    b.recordDrop('list-events', 'busy', []);
    b.recordDrop('another', 'busy', []);
    await Promise.all([a.flush(), b.flush()]);
    // A batch that is written again counts once.
    a.recordDrop('list-events', 'noise', [place]);
    await a.flush();
    const { drops, noise } = await a.routeEvidence(LIST_EVENTS);
    expect([...drops].sort((x, y) => y.count - x.count)).toEqual([
      { reason: 'noise', count: 5 },
      { reason: 'busy', count: 1 },
    ]);
    expect(noise).toEqual([
      { ...place, count: 5 },
      { path: '$.n', kind: 'tolerance', within: 2, count: 1 },
    ]);
  });

  it('keep a bounded number of places', async () => {
    const ledger = open();
    repeat(100, (i) => ledger.recordDrop('list-events', 'noise', [{ path: `$.p${i}`, kind: 'tolerance', within: 2 }]));
    await ledger.flush();
    expect((await ledger.routeEvidence(LIST_EVENTS)).noise).toHaveLength(20);
  });
});

describe('comparisons', () => {
  it('are counted over several proxies by versions, source and database, with what they covered', async () => {
    const [a, b] = [open(), open()];
    repeat(300, () => a.recordComparison(comparison()));
    repeat(100, () => b.recordComparison(comparison({ statusCode: 404, identity: 'anonymous', queryForm: '' })));
    b.recordComparison(comparison({ equal: false }));
    b.recordComparison(comparison({ source: 'suite' }));
    await Promise.all([a.flush(), b.flush()]);
    repeat(5, () => a.recordComparison(comparison()));
    await a.flush();

    const evidence = await a.routeEvidence(LIST_EVENTS);
    expect(evidence.comparisons).toEqual(
      expect.arrayContaining([
        { source: 'shadow', database: 'embedded', count: 406, different: 1 },
        { source: 'suite', database: 'embedded', count: 1, different: 0 },
      ]),
    );
    expect(evidence.equalStatuses).toEqual(
      expect.arrayContaining([
        { database: 'embedded', status: 200 },
        { database: 'embedded', status: 404 },
      ]),
    );
    expect(evidence.coverage).toEqual({
      statuses: [
        { value: 200, equal: 306, different: 1 },
        { value: 404, equal: 100, different: 0 },
      ],
      identities: [
        { value: 'anonymous', equal: 100, different: 0 },
        { value: 'session', equal: 306, different: 1 },
      ],
      queryForms: [
        { value: '', equal: 100, different: 0 },
        { value: 'limit&page', equal: 306, different: 1 },
      ],
    });
  });

  it('of other versions do not count, and are named', async () => {
    const old = open({ versions: { ...VERSIONS, lambda: 'b.6' } });
    repeat(6, () => old.recordComparison(comparison()));
    old.recordComparison(comparison({ equal: false, differences: [{ path: 'status', kind: 'value' }] }));
    await old.flush();
    expect((await old.routeEvidence(LIST_EVENTS)).mismatches).toHaveLength(1);
    const evidence = await open().routeEvidence(LIST_EVENTS);
    expect(evidence.comparisons).toEqual([]);
    expect(evidence.mismatches).toEqual([]);
    expect(evidence.equalStatuses).toEqual([]);
    expect(evidence.otherVersions).toEqual([{ legacy: '2026.11.1', lambda: 'b.6', count: 7 }]);
  });

  it('are counted once although a reply is lost', async () => {
    const ledger = open();
    await ledger.flush();
    repeat(10, () =>
      ledger.recordComparison(comparison({ equal: false, differences: [{ path: 'status', kind: 'value' }] })),
    );
    ledger.recordTraffic(request());
    for (const closeConnection of ['after running', 'before running'] as const) {
      mongo.faults?.fail({ commands: ['update'], times: 1, closeConnection });
      expect(await ledger.flush()).toBe(false);
    }
    await waitFor('a connection', () => ledger.flush());
    const { comparisons, mismatches } = await ledger.routeEvidence(LIST_EVENTS);
    expect(comparisons).toMatchObject([{ count: 10, different: 10 }]);
    expect(mismatches).toMatchObject([{ count: 10 }]);
    expect((await readTraffic(db, { since: new Date(0) })).byRoute.get('list-events')?.legacy).toMatchObject({
      requests: 1,
    });
  });

  it('have a bounded number of query forms, and names that mean something to MongoDB are values', async () => {
    const ledger = open();
    repeat(500, (index) => ledger.recordComparison(comparison({ queryForm: `$where.${index}` })));
    await ledger.flush();
    const { queryForms } = (await ledger.routeEvidence(LIST_EVENTS)).coverage;
    expect(queryForms).toHaveLength(101);
    expect(queryForms[0]).toEqual({ value: '$where.0', equal: 1, different: 0 });
    expect(queryForms.find(({ value }) => value === '(other)')).toMatchObject({ equal: 400 });
  });
});

describe('mismatches', () => {
  it('are kept as paths and types, one entry for each form, without values', async () => {
    const ledger = open();
    const secret = 'ann@example.com';
    const difference = {
      path: `body $.events[3].owners["${secret}"].title`,
      kind: 'type',
      controlType: 'string',
      candidateType: 'null',
      control: secret,
      candidate: secret,
    };
    repeat(3, (index) =>
      ledger.recordComparison(comparison({ equal: false, differences: [difference], at: NOW + index })),
    );
    await ledger.flush();
    const { mismatches } = await ledger.routeEvidence(LIST_EVENTS);
    expect(mismatches).toHaveLength(1);
    expect(mismatches[0]).toMatchObject({
      count: 3,
      statusCode: 200,
      firstAt: new Date(NOW),
      lastAt: new Date(NOW + 2),
      differences: [
        { path: 'body $.events[*].owners[*].title', kind: 'type', controlType: 'string', candidateType: 'null' },
      ],
    });
    for (const { name } of await db.listCollections().toArray())
      expect(JSON.stringify(await db.collection(name).find().toArray())).not.toContain(secret);
  });
});

describe('traffic', () => {
  it('is summed up by side over proxies and minutes; cold starts and fallbacks are told apart', async () => {
    const [a, b] = [open(), open()];
    repeat(99, () => a.recordTraffic(request({ ms: 10 })));
    b.recordTraffic(request({ ms: 900, statusCode: 404, at: NOW + 61_000 }));
    const attempt = { outcome: 'answered', statusCode: 200, ms: 30, code: undefined, coldStart: false } as const;
    b.recordTraffic(request({ upstream: 'lambda', lambda: attempt }));
    b.recordTraffic(request({ upstream: 'lambda', lambda: { ...attempt, ms: 2_000, coldStart: true } }));
    b.recordTraffic(
      request({ lambda: { ...attempt, outcome: 'failed', statusCode: undefined, code: 'upstream_refused' } }),
    );
    b.recordTraffic(
      request({ statusCode: 499, upstream: 'lambda', lambda: { ...attempt, outcome: 'failed', code: 'client_gone' } }),
    );
    await Promise.all([a.flush(), b.flush()]);
    expect((await readTraffic(db, { since: new Date(NOW - 60_000) })).byRoute.get('list-events')).toEqual({
      legacy: {
        ...{ requests: 101, errors: 0 },
        ...{ coldStarts: 0, fallbacks: 0, p50: 12, p99: 12 },
      },
      lambda: {
        ...{ requests: 3, errors: 1 },
        ...{ coldStarts: 1, fallbacks: 1, p50: 32, p99: 32 },
      },
    });
  });

  it('keeps a bounded number of minutes while MongoDB is away', () => {
    const traffic = new Traffic();
    repeat(12_000, (minute) => traffic.record(request({ at: NOW + minute * 60_000 })));
    expect(traffic.take({ instance: 'a', versions: VERSIONS, database: 'mongodb' })).toHaveLength(10_000);
    expect(traffic.dropped).toBe(2_000);
  });

  it('of a minute that is written and over never replaces what is stored', async () => {
    let now = NOW;
    const ledger = open({ now: () => new Date(now) });
    repeat(5, () => ledger.recordTraffic(request()));
    await ledger.flush();
    now += 600_000;
    ledger.recordTraffic(request({ at: now }));
    await ledger.flush();
    ledger.recordTraffic(request());
    await ledger.flush();
    expect((await readTraffic(db, { since: new Date(0) })).byRoute.get('list-events')?.legacy).toMatchObject({
      requests: 7,
    });
  });
});

describe('history', () => {
  it('has who, when, why and the numbers, newest first, with the kill switch', async () => {
    const ledger = open();
    const entry = { routeId: 'list-events', by: 'ann', why: 'evidence suffices', versions: VERSIONS };
    ledger.recordStage({ ...entry, action: 'promoted', from: 'shadow', to: 'canary', percent: 10, at: new Date(1) });
    ledger.recordStage({ ...entry, id: 'x', action: 'lowered', evidence: { errors: 3 }, at: new Date(3) });
    ledger.recordStage({ ...entry, id: 'x', action: 'lowered', by: 'again', at: new Date(3) });
    ledger.recordStage({ ...entry, routeId: '*', action: 'kill-switch-on', at: new Date(2) });
    ledger.recordStage({ ...entry, routeId: 'get-event', action: 'lowered', at: new Date(4) });
    await ledger.flush();
    ledger.recordStage({ ...entry, id: 'x', action: 'lowered', by: 'once more', at: new Date(3) });
    await ledger.flush();
    const history = await ledger.history('list-events');
    expect(history.map(({ action }) => action)).toEqual(['lowered', 'kill-switch-on', 'promoted']);
    expect(history[2]).toMatchObject({ ...entry, from: 'shadow', to: 'canary', percent: 10, at: new Date(1) });
    expect(history[0]?.by).not.toBe('once more');
  });

  it('notes a stage that proxies see in their tables once, whoever sees it first', async () => {
    let now = NOW;
    const clock = { now: () => new Date((now += 1)) };
    const [a, b] = [open(clock), open(clock)];
    const see = async (stage: 'legacy' | 'canary', percent = 100) => {
      for (const ledger of [a, b]) ledger.seeRoutes([{ id: 'list-events', stage, percent }]);
      await Promise.all([a.flush(), b.flush()]);
      await Promise.all([a.flush(), b.flush()]);
    };
    await see('legacy');
    await see('canary', 10);
    await see('canary', 10);
    await see('canary', 25);
    const history = await a.history('list-events');
    expect(history.map(({ from, to, percent }) => [from, to, percent])).toEqual([
      ['canary', 'canary', 25],
      ['legacy', 'canary', 10],
      [undefined, 'legacy', undefined],
    ]);
  });

  it('catches up after MongoDB was away, with everything that was recorded', async () => {
    const ledger = open();
    await ledger.flush();
    await mongo.faults?.down();
    ledger.recordStage({ routeId: 'list-events', action: 'lowered', by: 'guard', why: 'errors', at: new Date(1) });
    ledger.seeRoutes([{ id: 'list-events', stage: 'legacy', percent: 0 }]);
    repeat(20, () => ledger.recordComparison(comparison()));
    expect([await ledger.flush(), await ledger.flush()]).toEqual([false, false]);
    expect(ledger.logger.lines).toHaveLength(1);
    await mongo.faults?.up();
    // The driver looks for its server again in its own time.
    await waitFor('everything is written', () => ledger.flush());
    expect((await ledger.history('list-events')).map(({ action }) => action).sort()).toEqual(['lowered', 'seen']);
    expect((await ledger.routeEvidence(LIST_EVENTS)).comparisons).toMatchObject([{ count: 20 }]);
  });
});

describe('baseline', () => {
  const move = async (ledger: Ledger, stage: 'legacy' | 'canary') => {
    ledger.seeRoutes([{ id: 'list-events', stage, percent: 10 }]);
    await ledger.flush();
  };

  it('is frozen by the first who asks, the same for all, and thawed by a return to legacy', async () => {
    const [a, b] = [open(), open()];
    await move(a, 'canary');
    repeat(99, () => a.recordTraffic(request()));
    await a.flush();
    expect(await a.baseline('list-events')).toBeUndefined();
    a.recordTraffic(request({ statusCode: 404, ms: 100 }));
    await a.flush();
    const frozen = await a.baseline('list-events');
    expect(frozen).toEqual({ requests: 100, errorRate: 0, p99: 12 });
    repeat(900, () => b.recordTraffic(request({ statusCode: 500 })));
    await b.flush();
    expect(await b.baseline('list-events')).toEqual(frozen);
    await move(b, 'legacy');
    await move(b, 'canary');
    expect(await a.baseline('list-events')).toMatchObject({ requests: 1000, errorRate: 0.9 });
  });
});

describe('the baseline', () => {
  const MINUTE = 60_000;
  const see = async (ledger: Ledger, stage: 'legacy' | 'canary', percent = 10) => {
    ledger.seeRoutes([{ id: 'list-events', stage, percent }]);
    await ledger.flush();
  };

  it('is that of the time before the move, whatever legacy does afterwards and whenever it is asked for first', async () => {
    let now = NOW;
    const ledger = open({ now: () => new Date(now) });
    await see(ledger, 'legacy');
    repeat(200, () => ledger.recordTraffic(request({ at: NOW })));
    await ledger.flush();
    now += 5 * MINUTE;
    await see(ledger, 'canary');
    // An outage right after the move, and a higher share in the middle of it.
    repeat(800, () => ledger.recordTraffic(request({ at: now, statusCode: 500, ms: 9_000 })));
    await ledger.flush();
    now += 5 * MINUTE;
    await see(ledger, 'canary', 25);
    expect(await ledger.baseline('list-events')).toMatchObject({ requests: 200, errorRate: 0, p99: 12 });
  });

  it('of a route with too little traffic until then is that of those who were not moved', async () => {
    let now = NOW;
    const ledger = open({ now: () => new Date(now) });
    repeat(99, () => ledger.recordTraffic(request({ at: NOW })));
    await see(ledger, 'legacy');
    now += 5 * MINUTE;
    await see(ledger, 'canary');
    expect(await ledger.baseline('list-events')).toBeUndefined();
    ledger.recordTraffic(request({ at: now }));
    await ledger.flush();
    expect(await ledger.baseline('list-events')).toMatchObject({ requests: 100 });
  });
});

describe('collections', () => {
  it('say which version wrote each document, and leave what a newer one has added', async () => {
    const ledger = open();
    ledger.seeRoutes([{ id: 'list-events', stage: 'lambda', percent: 100 }]);
    ledger.recordTraffic(request());
    ledger.recordComparison(comparison());
    ledger.recordStage({
      id: 'one',
      routeId: 'list-events',
      action: 'lowered',
      by: 'ann',
      why: 'x',
      at: new Date(NOW),
    });
    await ledger.flush();
    const names = ['banyanRoutes', 'banyanTraffic', 'banyanComparisons', 'banyanCoverage', 'banyanStages'];
    for (const name of names) {
      const documents = await db.collection(name).find().toArray();
      expect([name, documents.length > 0, documents.every(({ schema }) => schema === 1)]).toEqual([name, true, true]);
    }
    await db.collection('banyanTraffic').updateMany({}, { $set: { schema: 2, zone: 'north' } });
    ledger.recordTraffic(request());
    await ledger.flush();
    expect(await db.collection('banyanTraffic').findOne()).toMatchObject({ schema: 2, zone: 'north' });
  });

  it('have their indexes, and samples expire', async () => {
    const ledger = open();
    ledger.recordTraffic(request());
    await ledger.flush();
    const expiring = await Promise.all(
      ['banyanComparisons', 'banyanCoverage', 'banyanMismatches', 'banyanTraffic', 'banyanSuites'].map(
        async (name) => (await db.collection(name).indexes()).find((index) => 'expireAfterSeconds' in index)?.key,
      ),
    );
    expect(expiring).toEqual([{ lastAt: 1 }, { lastAt: 1 }, { lastAt: 1 }, { minute: 1 }, { at: 1 }]);
    await open().flush();
  });
});
