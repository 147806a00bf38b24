import fc from 'fast-check';
import { evidenceObstacles, orderObstacles, type Target } from '../../../../proxy/ledger/obstacles';
import { DEFAULT_RULES as RULES, remediesOf } from '../../../../proxy/ledger/promotion-rules';
import { DocumentReader, dropSchema } from '../../../../proxy/ledger/documents';
import type { ComparisonSum, RouteEvidence } from '../../../../proxy/ledger/evidence';
import { guardSettings } from '../../../../proxy/route-table/guard-settings';
import type { SuiteDocument } from '../../../../proxy/ledger/suites';
import { clientEvidence } from '../../../support/client-evidence';
import { wilsonInterval } from '../../../../proxy/statistics/wilson';
import { STAGES, type Stage } from '../../../../proxy/route-table/schema';

const VERSIONS = { legacy: '1', lambda: '2' };
const CANARY: Target = { stage: 'canary', percent: 10 };
const READ = { id: 'list-events', stage: 'shadow', percent: 100, isSafe: true } as const;
const WRITE = { id: 'create-event', stage: 'legacy', percent: 100, isSafe: false } as const;
const COVERED = { statuses: [200, 401], identities: ['anonymous', 'member'] };
const SUITE: SuiteDocument = {
  _id: 'x',
  routeId: 'list-events',
  versions: VERSIONS,
  database: 'mongodb',
  at: new Date(0),
  cases: 12,
  equal: 12,
  different: 0,
  skipped: 0,
  ...COVERED,
  wanted: COVERED,
};

const live = (count: number, given: Partial<ComparisonSum> = {}): ComparisonSum => ({
  source: 'shadow',
  database: 'mongodb',
  count,
  different: 0,
  ...given,
});
const evidence = (given: Partial<RouteEvidence> = {}): RouteEvidence => ({
  routeId: 'list-events',
  versions: VERSIONS,
  comparisons: [live(381)],
  clients: clientEvidence(),
  replayed: 0,
  coverage: { statuses: [], identities: [], queryForms: [] },
  equalStatuses: [],
  mismatches: [],
  answers: [],
  suite: SUITE,
  otherVersions: [],
  unreadable: [],
  drops: [],
  noise: [],
  ...given,
});
const kinds = (given: Partial<RouteEvidence>, rules = RULES, route: typeof READ | typeof WRITE = READ) =>
  evidenceObstacles(route, CANARY, evidence(given), rules).map(({ kind }) => kind);

describe("Wilson's interval", () => {
  // R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d in %d is as published', (hits, trials, lower, upper) => {
    const interval = wilsonInterval(hits, trials);
    expect(interval.lower).toBeCloseTo(lower, 4);
    expect(interval.upper).toBeCloseTo(upper, 4);
  });

  it('holds the share, stays within 0 and 1, narrows with more trials and mirrors', () => {
    const trials = fc.integer({ min: 1, max: 100_000 }).chain((n) => fc.tuple(fc.nat(n), fc.constant(n)));
    fc.assert(
      fc.property(trials, ([hits, n]) => {
        const { lower, upper } = wilsonInterval(hits, n);
        const ten = wilsonInterval(hits * 10, n * 10);
        const mirrored = wilsonInterval(n - hits, n);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(upper).toBeLessThanOrEqual(1);
        expect(lower).toBeLessThanOrEqual(hits / n);
        expect(upper).toBeGreaterThanOrEqual(hits / n);
        expect(ten.upper - ten.lower).toBeLessThan(upper - lower);
        expect(mirrored.lower).toBeCloseTo(1 - upper, 9);
      }),
    );
    expect(wilsonInterval(0, 0)).toEqual({ lower: 0, upper: 1 });
  });
});

describe('copies that were dropped', () => {
  const noise = [
    { path: 'body form input[name=_csrf] @value', kind: 'token' as const, pattern: '[A-Za-z0-9_-]{36}', count: 170 },
    { path: '$.list', kind: 'none' as const, count: 3 },
  ];
  const textOf = (given: Partial<RouteEvidence>): string =>
    evidenceObstacles(
      READ,
      CANARY,
      evidence({ comparisons: [], clients: clientEvidence({ counted: 0 }), ...given }),
      RULES,
    )
      .filter(({ kind }) => kind === 'clients')
      .map(({ text, remedy }) => `${text} -> ${remedy}`)
      .join();

  it('are said with their reason, and with the rule that would help', () => {
    const reported = textOf({
      drops: [
        { reason: 'busy', count: 10 },
        { reason: 'noise', count: 170 },
      ],
      noise,
    });
    expect(reported).toContain(
      "180 copies dropped: 170 noise (legacy's own answers differ, and nothing else does), 10 busy (no place was free)",
    );
    expect(reported).toContain('waiting does not help: add to the parity rules');
    expect(reported).toContain(
      '- { route: "list-events", path: "body form input[name=_csrf] @value", kind: token, pattern: "[A-Za-z0-9_-]{36}", reason: , owner: , expires: }',
    );
    expect(reported).toContain('no rule covers $.list');
  });

  it('for noise of a kind that only a newer version knows have no rule', () => {
    const document = { routeId: 'list-events', versions: VERSIONS, lastAt: new Date(), drops: [] };
    const place = { path: '$.list', kind: 'newer', count: 3, lastAt: new Date() };
    const reader = new DocumentReader();
    const [read] = reader.read('banyanDrops', dropSchema, [{ ...document, noise: [place] }]);
    expect([read?.noise, reader.unreadable]).toEqual([[{ ...place, kind: 'none' }], []]);
    reader.read('banyanDrops', dropSchema, [{ _id: { toString: 5 } }]);
    expect(reader.unreadable).toEqual([{ collection: 'banyanDrops', id: '{"toString":5}' }]);
  });

  it.each([
    ['answer-too-large', "raise the route's shadow.maxBodyBytes"],
    ['gateway-refused', 'API Gateway'],
    ['slow', 'cannot be compared live'],
    ['legacy-failed', 'why legacy fails'],
  ] as const)('are a reason not to wait: %s', (reason, remedy) => {
    expect(textOf({ drops: [{ reason, count: 5 }] })).toMatch(new RegExp(`waiting does not help: .*${remedy}`));
  });

  it('are no reason not to wait when it is only the load, or most is compared', () => {
    for (const reason of ['busy', 'client-gone'] as const)
      expect(textOf({ drops: [{ reason, count: 5 }] })).not.toContain('waiting does not help');
    expect(textOf({ drops: [{ reason: 'noise', count: 5 }], noise, comparisons: [live(6)] })).not.toContain(
      'waiting does not',
    );
    expect(textOf({ drops: [{ reason: 'noise', count: 500 }], noise: [], comparisons: [live(6)] })).not.toContain(
      'waiting does not',
    );
  });
});

describe('evidence', () => {
  it('suffices', () => expect(kinds({})).toEqual([]));

  it.each<[string, Partial<RouteEvidence>, string[]]>([
    ['440 clean clients', { clients: clientEvidence({ counted: 440 }) }, ['clients']],
    ['441 clean clients whose comparisons were a few', { comparisons: [live(441)] }, []],
    ['no client', { clients: clientEvidence({ counted: 0, strata: [] }) }, ['clients']],
    [
      '9,999 comparisons of no client',
      { clients: clientEvidence({ counted: 0, strata: [] }), comparisons: [live(9_999)] },
      ['clients'],
    ],
    ['1 of 802 clients', { clients: clientEvidence({ counted: 803, mismatching: 1 }) }, ['clients']],
    ['1 of 804 clients', { clients: clientEvidence({ counted: 804, mismatching: 1 }) }, []],
    [
      'a reproduced mismatch of one client of many',
      { clients: clientEvidence({ counted: 9_999, mismatching: 1, blocking: [{ place: 'status', clients: 1 }] }) },
      ['mismatch'],
    ],
    ['a replay that differs', { replayed: 1 }, ['mismatch']],
    ['no suite', { suite: undefined }, ['suite']],
    ['a suite on the embedded MongoDB', { suite: { ...SUITE, database: 'embedded' } }, ['suite']],
    ['a red suite', { suite: { ...SUITE, different: 1, equal: 11 } }, ['suite']],
    ['a suite without cases', { suite: { ...SUITE, cases: 0 } }, ['suite']],
    ['an identity that was skipped', { suite: { ...SUITE, identities: ['member'] } }, ['coverage']],
    ['a status that was never equal', { suite: { ...SUITE, statuses: [200] } }, ['coverage']],
  ])('%s', (_case, given, expected) => expect(kinds(given)).toEqual(expected));

  it('counts a status that live comparisons have covered', () => {
    const equalStatuses = [{ database: 'mongodb' as const, status: 401 }];
    expect(kinds({ equalStatuses, suite: { ...SUITE, statuses: [200] } })).toEqual([]);
    expect(kinds({ equalStatuses, suite: { ...SUITE, statuses: [401] } })).toEqual(['coverage']);
  });

  it('counts no status that was covered on the embedded MongoDB, but in development', () => {
    const given = {
      equalStatuses: [{ database: 'embedded' as const, status: 401 }],
      suite: { ...SUITE, statuses: [200] },
    };
    expect(kinds(given)).toEqual(['coverage']);
    expect(kinds(given, { ...RULES, development: true })).toEqual([]);
  });

  it('of the embedded MongoDB counts in development', () => {
    const given = {
      comparisons: [live(381, { database: 'embedded' })],
      clients: clientEvidence({ counted: 2, known: 2, covered: 2, days: 0 }),
      suite: { ...SUITE, database: 'embedded' as const },
    };
    expect(kinds(given, { ...RULES, development: true })).toEqual([]);
    expect(kinds(given)).toEqual(['clients', 'suite']);
  });

  it('of writes is the suite, not comparisons', () => {
    expect(kinds({ comparisons: [], clients: clientEvidence({ counted: 0, strata: [] }) }, RULES, WRITE)).toEqual([]);
    expect(kinds({ comparisons: [live(9_999)], suite: undefined }, RULES, WRITE)).toEqual(['suite']);
  });

  it('says what is missing', () => {
    const otherVersions = [{ legacy: '1', lambda: '1', count: 40 }];
    const comparisons = [live(100), live(50, { database: 'embedded' })];
    const clients = clientEvidence({ counted: 100, known: 120, covered: 90, lost: 0, waiting: 20, days: 2 });
    const [obstacle] = evidenceObstacles(READ, CANARY, evidence({ clients, comparisons, otherVersions }), RULES);
    expect(obstacle?.text).toBe(
      '100 clients, 0 with a mismatch: the share may be as high as 4.01 %, allowed is less than 1 %; 2xx user 100 of 100 clean; 20 more are not known well enough yet; 100 live or replayed comparisons, 0 different; 50 from the embedded MongoDB do not count; 40 are of legacy 1 and Lambda 1, a different pair',
    );
    expect(obstacle?.remedy).toMatch(
      /^evidence from the embedded MongoDB counts only in development: .*; then keep the route on shadow until 341 more clients/,
    );
    expect(obstacle && remediesOf(obstacle).slice(1)).toEqual([
      'or compare nearly all of its few clients (120 known); missing: 11 more compared 3 times, all equal (90 of 101 are), 12 more days of requests',
      'or as it has few clients, replay a recording with 79 more equal exchanges, and have a person vouch: --approved-by <name>',
    ]);
  });
});

describe('answers by Lambda to clients', () => {
  const answers = (stage: Stage, answered: number, failed = 0, database: 'mongodb' | 'embedded' = 'mongodb') => ({
    ...{ stage, database, answered, failed },
  });
  const obstacles = (
    stage: Stage,
    list: RouteEvidence['answers'],
    rules = RULES,
    route: typeof READ | typeof WRITE = READ,
  ) => evidenceObstacles(route, { stage, percent: undefined }, evidence({ answers: list }), rules);

  it.each<[string, Stage, RouteEvidence['answers'], number]>([
    ['none on canary', 'lambda', [], 1],
    ['99 on canary', 'lambda', [answers('canary', 99)], 1],
    ['100 on canary', 'lambda', [answers('canary', 100)], 0],
    ['100 on lambda do not stand for canary', 'lambda', [answers('lambda', 100)], 1],
    ['100 on the embedded MongoDB', 'lambda', [answers('canary', 100, 0, 'embedded')], 1],
    ['999 on lambda', 'retired', [answers('canary', 5_000), answers('lambda', 999)], 1],
    ['1,000 on lambda', 'retired', [answers('lambda', 1_000)], 0],
    ['5 % failed', 'retired', [answers('lambda', 1_900, 100)], 0],
    ['more than 5 % failed', 'retired', [answers('lambda', 1_900, 101)], 1],
    ['too few, and most failed', 'lambda', [answers('canary', 10, 90)], 2],
  ])('%s', (_case, stage, list, expected) => {
    for (const route of [READ, WRITE]) {
      const found = obstacles(stage, list, RULES, route);
      expect(found.map(({ kind }) => kind)).toEqual(Array.from({ length: expected }, () => 'answers'));
    }
  });

  it('are not asked for on the way to canary, in development, or when told so', () => {
    expect(evidenceObstacles(READ, CANARY, evidence(), RULES)).toEqual([]);
    expect(obstacles('retired', [], { ...RULES, development: true })).toEqual([]);
    expect(obstacles('retired', [], { ...RULES, minAnswers: { canary: 0, lambda: 0 } })).toEqual([]);
  });

  it('go by the error rate of the route’s own guard', () => {
    const guard = guardSettings({ errorRate: 0.01 });
    const target = { stage: 'retired', percent: undefined } as const;
    const [obstacle] = evidenceObstacles(
      { ...READ, guard },
      target,
      evidence({ answers: [answers('lambda', 1_960, 40)] }),
      RULES,
    );
    expect(obstacle?.text).toBe(
      'on lambda Lambda failed 40 of 2000 requests, or legacy had to answer: 2 %, allowed are 1 %, as for the guard',
    );
  });

  it('that are missing are told in numbers', () => {
    expect(obstacles('lambda', [])[0]).toEqual({
      kind: 'answers',
      text: 'Lambda has answered 0 of the 100 requests on canary required with these versions',
      remedy: 'keep the route on canary for 100 more requests',
    });
  });
});

describe('order of stages', () => {
  const way = (from: Stage, to: Stage, percent: number | undefined, isSafe = true) =>
    orderObstacles({ id: 'x', stage: from, percent: 10, isSafe }, { stage: to, percent }).length === 0;

  it('is one step at a time, for reads by way of shadow, for writes not', () => {
    const allowed = (isSafe: boolean) =>
      STAGES.flatMap((from) =>
        STAGES.filter((to) => way(from, to, to === 'canary' ? 5 : undefined, isSafe)).map((to) => `${from} ${to}`),
      );
    expect(allowed(true)).toEqual(['legacy shadow', 'shadow canary', 'canary lambda', 'lambda retired']);
    expect(allowed(false)).toEqual(['legacy canary', 'shadow canary', 'canary lambda', 'lambda retired']);
  });

  it('lets a canary grow, never shrink', () => {
    expect([way('canary', 'canary', 11), way('canary', 'canary', 10), way('canary', 'canary', 5)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
