import fc from 'fast-check';
import {
  cleanComparisonsNeeded,
  evidenceObstacles,
  orderObstacles,
  type EvidenceRules,
  type Target,
} from '../../../../proxy/ledger/evidence-rules';
import type { ComparisonSum, RouteEvidence } from '../../../../proxy/ledger/evidence';
import { guardSettings } from '../../../../proxy/route-table/guard-settings';
import type { SuiteDocument } from '../../../../proxy/ledger/suites';
import { wilsonInterval } from '../../../../proxy/statistics/wilson';
import { STAGES, type Stage } from '../../../../proxy/route-table/schema';

const VERSIONS = { legacy: '1', lambda: '2' };
const RULES: EvidenceRules = { maxMismatchRate: 0.01, minAnswers: { canary: 100, lambda: 1_000 }, development: false };
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

  it('needs 381 clean trials for an upper bound below 1 %', () => {
    expect(wilsonInterval(0, 380).upper).toBeGreaterThan(0.01);
    expect(wilsonInterval(0, 381).upper).toBeLessThan(0.01);
    expect(cleanComparisonsNeeded(0, 0, 0.01)).toBe(381);
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

  it('says exactly how many more clean comparisons do', () => {
    const cases = fc.tuple(fc.nat(2_000), fc.nat(20), fc.integer({ min: 1, max: 200 }));
    fc.assert(
      fc.property(cases, ([clean, different, perMille]) => {
        const [count, rate] = [clean + different, perMille / 1000];
        const needed = cleanComparisonsNeeded(count, different, rate) ?? Number.NaN;
        expect(wilsonInterval(different, count + needed).upper).toBeLessThan(rate);
        if (needed > 0) expect(wilsonInterval(different, count + needed - 1).upper).toBeGreaterThanOrEqual(rate);
      }),
    );
  });
});

describe('copies that were dropped', () => {
  const noise = [
    { path: 'body form input[name=_csrf] @value', kind: 'token' as const, pattern: '[A-Za-z0-9_-]{36}', count: 170 },
    { path: '$.list', kind: 'none' as const, count: 3 },
  ];
  const textOf = (given: Partial<RouteEvidence>): string =>
    evidenceObstacles(READ, CANARY, evidence({ comparisons: [], ...given }), RULES)
      .filter(({ kind }) => kind === 'comparisons')
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
      '180 copies dropped: 170 noise (legacy does not repeat itself, and nothing else differs), 10 busy (no place was free)',
    );
    expect(reported).toContain('waiting gathers nothing: add to the parity rules');
    expect(reported).toContain(
      '- { route: "list-events", path: "body form input[name=_csrf] @value", kind: token, pattern: "[A-Za-z0-9_-]{36}", reason: , owner: , expires: }',
    );
    expect(reported).toContain('no rule covers $.list');
  });

  it.each([
    ['answer-too-large', "raise the route's shadow.maxBodyBytes"],
    ['gateway-refused', 'API Gateway'],
    ['slow', 'cannot be compared live'],
    ['legacy-failed', 'why legacy fails'],
  ] as const)('are a reason not to wait: %s', (reason, remedy) => {
    expect(textOf({ drops: [{ reason, count: 5 }] })).toMatch(new RegExp(`waiting gathers nothing: .*${remedy}`));
  });

  it('are no reason not to wait when it is only the load, or most is compared', () => {
    for (const reason of ['busy', 'client-gone'] as const)
      expect(textOf({ drops: [{ reason, count: 5 }] })).not.toContain('waiting gathers nothing');
    expect(textOf({ drops: [{ reason: 'noise', count: 5 }], noise, comparisons: [live(6)] })).not.toContain(
      'waiting gathers',
    );
    expect(textOf({ drops: [{ reason: 'noise', count: 500 }], noise: [], comparisons: [live(6)] })).not.toContain(
      'waiting gathers',
    );
  });
});

describe('evidence', () => {
  it('suffices', () => expect(kinds({})).toEqual([]));

  it.each<[string, Partial<RouteEvidence>, string[]]>([
    ['380 clean comparisons', { comparisons: [live(380)] }, ['comparisons']],
    ['replayed and live ones together', { comparisons: [live(200), live(181, { source: 'replay' })] }, []],
    ['comparisons of the suite', { comparisons: [live(5_000, { source: 'suite' })] }, ['comparisons']],
    ['one mismatch of 500', { comparisons: [live(500, { different: 1 })] }, ['comparisons']],
    ['one mismatch of 600', { comparisons: [live(600, { different: 1 })] }, []],
    ['comparisons on the embedded MongoDB', { comparisons: [live(381, { database: 'embedded' })] }, ['comparisons']],
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
      suite: { ...SUITE, database: 'embedded' as const },
    };
    expect(kinds(given, { ...RULES, development: true })).toEqual([]);
  });

  it('of writes is the suite, not comparisons', () => {
    expect(kinds({ comparisons: [] }, RULES, WRITE)).toEqual([]);
    expect(kinds({ comparisons: [live(9_999)], suite: undefined }, RULES, WRITE)).toEqual(['suite']);
  });

  it('says what is missing', () => {
    const otherVersions = [{ legacy: '1', lambda: '1', count: 40 }];
    const comparisons = [live(100), live(50, { database: 'embedded' })];
    const [obstacle] = evidenceObstacles(READ, CANARY, evidence({ comparisons, otherVersions }), RULES);
    expect(obstacle?.text).toBe(
      '100 live or replayed comparisons, 0 different: the mismatch rate may be as high as 3.7 %, allowed is less than 1 %; 50 from the embedded MongoDB do not count; 40 are of legacy 1 and Lambda 1, a different pair',
    );
    expect(obstacle?.remedy).toMatch(/^evidence from the embedded MongoDB counts only in development: .* 281 more/);
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
