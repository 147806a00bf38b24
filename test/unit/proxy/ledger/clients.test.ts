import { MongoClient, type Db } from 'mongodb';
import { judgeClients, type ClientDocument } from '../../../../proxy/ledger/client-evidence';
import { groundOf } from '../../../../proxy/ledger/client-rules';
import { clientKey, type SeenClient } from '../../../../proxy/ledger/clients';
import { openLedger, type Ledger } from '../../../../proxy/ledger/ledger';
import type { ComparisonObservation } from '../../../../proxy/observation';
import type { LocalMongo } from '../../../../shared/local/mongo';
import { ruleKey, type Rule } from '../../../../shared/parity/rules';
import { capturedLogger } from '../../../support/captured-logger';
import { clientEvidence } from '../../../support/client-evidence';
import { startTestMongo } from '../../../support/test-mongo';

const VERSIONS = { legacy: '1', lambda: '2' };
const LIST_EVENTS = { id: 'list-events', method: 'GET', path: '/api/events' };
const NOW = Date.UTC(2026, 10, 23, 10, 30);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ANN: SeenClient = { kind: 'user', id: 'user ann@example.com' };
const STRANGER: SeenClient = { kind: 'anonymous', id: '203.0.113.7' };

describe('clients in the ledger', () => {
  let mongo: LocalMongo;
  let client: MongoClient;
  let db: Db;
  const ledgers: Ledger[] = [];
  beforeEach(async () => {
    mongo = await startTestMongo();
    client = await MongoClient.connect(mongo.uri);
    db = client.db();
  });
  afterEach(async () => {
    await Promise.all(ledgers.splice(0).map((ledger) => ledger.close()));
    await client.close();
    await mongo.stop();
  });

  const open = (given: { readonly lambda?: string; readonly at?: number } = {}): Ledger => {
    const ledger = openLedger(
      {
        ...{ db: () => Promise.resolve(db), database: 'mongodb', flushInterval: HOUR },
        versions: { ...VERSIONS, ...(given.lambda !== undefined && { lambda: given.lambda }) },
        now: () => new Date(given.at ?? NOW),
      },
      capturedLogger(),
    );
    ledgers.push(ledger);
    return ledger;
  };
  const comparison = (given: Partial<ComparisonObservation> = {}): ComparisonObservation => ({
    ...{ routeId: 'list-events', equal: true, differences: [], statusCode: 200 },
    ...{ identity: 'session', queryForm: '', source: 'shadow', at: NOW },
    ...given,
  });
  const mismatch = comparison({ equal: false, differences: [{ path: 'body $.a[3].b', kind: 'value' }] });
  const documents = () =>
    db
      .collection('banyanClients')
      .find({ routeId: { $exists: true } })
      .toArray();

  it('are one document over all proxies and starts, under a keyed hash', async () => {
    const [a, b] = [open(), open()];
    for (const ledger of [a, b, a]) ledger.recordComparison(comparison(), ANN);
    b.recordComparison(comparison({ statusCode: 404 }), ANN);
    await Promise.all([a.flush(), b.flush()]);
    const restarted = open();
    restarted.recordComparison(comparison({ at: NOW + 2 * HOUR }), ANN);
    await restarted.flush();
    const found = await documents();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      ...{ kind: 'user', compared: 2, lost: 0, versions: VERSIONS, firstAt: new Date(NOW) },
      lastAt: new Date(Date.UTC(2026, 10, 23, 12)),
    });
    expect([...(found[0]?.['clean'] as string[])].sort()).toEqual(['2xx', '4xx']);
    expect(JSON.stringify(await db.collection('banyanClients').find().toArray())).not.toMatch(/ann@example|203\.0/);
  });

  it('count once however often they ask, and mismatches of all proxies are kept', async () => {
    const [a, b] = [open(), open()];
    for (let i = 0; i < 50; i += 1) a.recordComparison(comparison(), ANN);
    a.recordComparison(mismatch, STRANGER);
    b.recordComparison(
      comparison({ equal: false, differences: [{ path: 'status', kind: 'value', intermittent: true }] }),
      STRANGER,
    );
    await Promise.all([a.flush(), b.flush()]);
    a.recordComparison(mismatch, STRANGER);
    await a.flush();
    const { clients } = await a.routeEvidence(LIST_EVENTS);
    expect(clients).toMatchObject({
      ...{ counted: 2, mismatching: 1, blocking: [{ place: 'body $.a[*].b', clients: 1 }] },
      strata: [
        { status: '2xx', kind: 'user', clients: 1, clean: 1 },
        { status: '2xx', kind: 'anonymous', clients: 1, clean: 0 },
      ],
    });
    const [, other] = (await documents()).sort((x, y) => (x['kind'] > y['kind'] ? -1 : 1));
    expect(other?.['mismatches']).toHaveLength(2);
  });

  it('are known from dropped copies too, unless they made them fail themselves', async () => {
    const ledger = open();
    const of = (id: string): SeenClient => ({ kind: 'user', id });
    ledger.recordDrop('list-events', 'busy', [], of('a'));
    ledger.recordDrop('list-events', 'noise', [], of('b'));
    ledger.recordDrop('list-events', 'gateway-refused', [], of('c'));
    ledger.recordDrop('list-events', 'client-gone', [], of('d'));
    ledger.recordDrop('list-events', 'answer-too-large', [], of('e'));
    for (let i = 0; i < 3; i += 1) ledger.recordComparison(comparison(), of('e'));
    await ledger.flush();
    const { clients } = await ledger.routeEvidence(LIST_EVENTS);
    // What cannot be compared counts against, until enough was.
    expect(clients).toMatchObject({ counted: 2, mismatching: 1, lost: 1, waiting: 1, known: 3, covered: 1 });
  });

  it('beyond the cap are noted as such, and a mismatch is kept even then', async () => {
    const ledger = open();
    for (let i = 0; i < 2_100; i += 1)
      for (let times = 0; times < 3; times += 1)
        ledger.recordComparison(comparison(), { kind: 'anonymous', id: `10.0.${i >> 8}.${i & 255}` });
    ledger.recordComparison(mismatch, { kind: 'anonymous', id: '192.0.2.1' });
    for (let times = 0; times < 3; times += 1) ledger.recordComparison(comparison(), ANN);
    await ledger.flush();
    const { clients } = await ledger.routeEvidence(LIST_EVENTS);
    expect(clients).toMatchObject({ counted: 2_003, mismatching: 2, lost: 1, covered: 2_001, known: 2_003 });
    expect(await documents()).toHaveLength(2_003);
  });

  it('have their indexes and key made once for each connection, and only what failed is written again', async () => {
    const names: string[] = [];
    const monitored = await MongoClient.connect(mongo.uri, { monitorCommands: true });
    try {
      monitored.on('commandStarted', ({ commandName }) => names.push(commandName));
      const ledger = openLedger(
        // As the proxy's connection does: another `Db` each time.
        { db: () => Promise.resolve(monitored.db()), versions: VERSIONS, flushInterval: HOUR },
        capturedLogger(),
      );
      ledgers.push(ledger);
      ledger.recordComparison(comparison(), ANN);
      await ledger.flush();
      expect(names).toContain('createIndexes');
      names.length = 0;
      ledger.recordComparison(comparison(), STRANGER);
      await ledger.flush();
      expect(names).not.toContain('createIndexes');
      expect(names).not.toContain('find');
      await ledgers.pop()?.close();
    } finally {
      await monitored.close();
    }
  });

  it('are not hashed with a key that is none', async () => {
    await db.collection<{ _id: string; key: string }>('banyanClients').insertOne({ _id: 'key', key: '' });
    await expect(clientKey(db)).rejects.toThrow('holds no key of 32 bytes; delete it');
  });

  it('repeat a mismatch that is known, also when they have had many others', async () => {
    const ledger = open();
    for (let n = 0; n < 8; n += 1)
      ledger.recordComparison(
        comparison({ equal: false, differences: [{ path: `body $.f${n}`, kind: 'value' }] }),
        ANN,
      );
    ledger.recordComparison(comparison({ equal: false, differences: [{ path: 'body $.f0', kind: 'value' }] }), ANN);
    await ledger.flush();
    const [found] = await documents();
    expect(found?.['mismatches']).toHaveLength(8);
  });

  it('of an older proxy are none: nothing observed', async () => {
    const ledger = open();
    ledger.recordComparison(comparison());
    await ledger.flush();
    const { clients, comparisons } = await ledger.routeEvidence(LIST_EVENTS);
    expect(comparisons).toMatchObject([{ count: 1 }]);
    expect(clients).toMatchObject({ counted: 0, known: 0, days: 0 });
  });

  it('of earlier builds are known, and have to be seen again', async () => {
    const before = open({ lambda: '1', at: NOW - 20 * DAY });
    for (const [id, at] of [
      ['a', NOW - 20 * DAY],
      ['b', NOW - 10 * DAY],
    ] as const)
      before.recordComparison(comparison({ at }), { kind: 'user', id });
    await before.flush();
    const ledger = open();
    for (let i = 0; i < 3; i += 1) ledger.recordComparison(comparison(), { kind: 'user', id: 'c' });
    await ledger.flush();
    expect((await ledger.routeEvidence(LIST_EVENTS)).clients).toMatchObject({ known: 2, covered: 1, days: 14 });
  });
});

describe('what clients say', () => {
  const now = new Date(NOW);
  const document = (client: string, given: Partial<ClientDocument> = {}): ClientDocument => ({
    ...{ routeId: 'list-events', versions: VERSIONS, database: 'mongodb', kind: 'user', client },
    ...{ firstAt: now, lastAt: now, compared: 3, lost: 0, clean: ['2xx'], mismatches: [] },
    ...given,
  });
  const judge = (documents: readonly ClientDocument[], rules: readonly Rule[] = []) =>
    judgeClients(documents, [], { rules, now });

  it('counts those that are known well, or for a day', () => {
    const yesterday = new Date(NOW - DAY);
    const documents = [
      document('a'),
      document('b', { compared: 2 }),
      document('c', { compared: 1, firstAt: yesterday }),
      document('d', { compared: 1, firstAt: yesterday, lost: 1 }),
      document('e', { compared: 0, firstAt: yesterday, clean: [] }),
    ];
    expect(judge(documents)).toMatchObject({ counted: 3, mismatching: 1, lost: 1, waiting: 2, known: 5, covered: 1 });
  });

  it('takes 385 anonymous 401s for no evidence', () => {
    const refused = Array.from({ length: 385 }, (_, i) =>
      document(`r${i}`, { kind: 'anonymous', clean: ['4xx'], compared: 3 }),
    );
    expect(judge(refused)).toMatchObject({
      ...{ counted: 0, known: 0 },
      strata: [{ status: '4xx', kind: 'anonymous', clients: 385, clean: 385 }],
    });
    // Nor are they in the way of those that the route serves.
    expect(judge([...refused, document('a')])).toMatchObject({ counted: 1, known: 1, covered: 1 });
    expect(judge([document('a', { clean: ['4xx'] })])).toMatchObject({ counted: 1 });
  });

  it('forgets what rules name by now, place by place', () => {
    const rule: Rule = {
      ...{ route: '*', path: '$.a[*].b', kind: 'ignore', reason: 'x', owner: 'x', expires: '9999-12-31', place: '' },
    };
    const place = { path: 'body $.a[*].b', kind: 'value', repeated: true, despite: [] };
    const seen = { status: '2xx', reproduced: true, places: [place], more: false } as const;
    const saw = (mismatch: Partial<ClientDocument['mismatches'][number]>, rules = [rule]) =>
      judge([document('a', { mismatches: [{ ...seen, ...mismatch }] })], rules).mismatching;
    expect(saw({}, [])).toBe(1);
    expect(saw({})).toBe(0);
    expect(saw({ places: [place, { ...place, path: 'status' }] })).toBe(1);
    expect(saw({ places: [{ ...place, kind: 'type' }] })).toBe(1);
    expect(saw({ places: [{ ...place, kind: 'type' }] }, [{ ...rule, kind: 'accepted' }])).toBe(0);
    expect(saw({ places: [{ ...place, despite: [ruleKey(rule)] }] })).toBe(1);
    expect(saw({ more: true })).toBe(1);
    expect(saw({}, [{ ...rule, when: { identity: 'anonymous' } }])).toBe(1);
    // What is left is what was not repeated: it counts, and does not block.
    const once = { ...place, path: 'body $.owner', repeated: false };
    const left = judge([document('a', { mismatches: [{ ...seen, places: [place, once] }] })], [rule]);
    expect(left).toMatchObject({ mismatching: 1, blocking: [] });
    expect(judge([document('a', { mismatches: [{ ...seen, places: [], more: true }] })]).blocking).toHaveLength(1);
  });
});

describe('few clients', () => {
  const rules = { maxMismatchRate: 0.01, minAnswers: { canary: 0, lambda: 0 }, development: false };
  const all = { counted: 20, known: 20, covered: 20, days: 14 };
  const ground = (clients: object, given: object = {}, asked: object = {}) =>
    groundOf(
      { ...given },
      {
        ...{ routeId: 'list-events', clients: clientEvidence({ ...all, ...clients }), replayed: 0 },
        comparisons: [{ source: 'shadow', database: 'mongodb', count: 79, different: 0 }],
        ...asked,
      },
      { ...rules, ...given },
    );
  const replays = (count: number, different = 0) => ({
    comparisons: [{ source: 'replay' as const, database: 'mongodb' as const, count, different }],
  });

  it('suffice when they are all', () => {
    expect(ground({})).toBe('coverage');
    expect(ground({ covered: 19 })).toBeUndefined();
    expect(ground({ days: 13 })).toBeUndefined();
    expect(ground({ known: 200, covered: 168 })).toBe('coverage');
    expect(ground({ known: 200, covered: 167 })).toBeUndefined();
    expect(ground({ known: 441, covered: 441 })).toBeUndefined();
    expect(ground({ known: 2, covered: 2 })).toBeUndefined();
    expect(ground({ mismatching: 1 })).toBeUndefined();
    expect(ground({}, { shadow: { sample: 0.5, maxBodyBytes: 1 } })).toBeUndefined();
    expect(ground({}, {}, { comparisons: [{ source: 'shadow', database: 'mongodb', count: 79, different: 1 }] })).toBe(
      undefined,
    );
    expect(ground({ known: 2, covered: 1, days: 0 }, { development: true })).toBe('coverage');
    expect(ground({ known: 0, covered: 0 }, { development: true })).toBeUndefined();
  });

  it('are vouched for by a person, on recordings', () => {
    const one = { known: 1, covered: 1 };
    expect(ground(one, { approvedBy: 'ann' }, replays(79))).toBe('approval');
    expect(ground(one, { approvedBy: 'ann' }, replays(78))).toBeUndefined();
    expect(ground(one, {}, replays(500))).toBeUndefined();
    expect(ground(one, { approvedBy: 'ann' }, { ...replays(500), replayed: 1 })).toBeUndefined();
    expect(ground({ ...one, mismatching: 1 }, { approvedBy: 'ann' }, replays(500))).toBeUndefined();
  });
});
