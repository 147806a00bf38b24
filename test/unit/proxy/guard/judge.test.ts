import { COUNTED, type Counted, type Counts } from '../../../../proxy/guard/counts';
import { findBreach, latencyLimit, type JudgedWith } from '../../../../proxy/guard/judge';
import { guardSettings } from '../../../../proxy/route-table/guard-settings';
import type { Baseline } from '../../../../proxy/statistics/baseline';

const BASELINE: Baseline = { requests: 1000, errorRate: 0, p99: 200 };

interface Given extends JudgedWith {
  readonly baseline?: Partial<Baseline>;
  readonly settings?: Parameters<typeof guardSettings>[0];
  /** How much the heaviest client saw; default: a tenth, for there are ten clients alike. */
  readonly heaviest?: Partial<Counts>;
}

/** Judges a window with these counts. */
function judge(given: Partial<Counts>, { baseline, settings, heaviest = {}, proven }: Given = {}) {
  const counts = Object.fromEntries(COUNTED.map((name) => [name, given[name] ?? 0])) as Counts;
  const affected = (...names: readonly Counted[]) => {
    const had = names.map((name) => [name, given[name] ?? 0] as const);
    return {
      clients: had.some(([, count]) => count > 0) ? 10 : 0,
      heaviest: had.reduce((sum, [name, count]) => sum + (heaviest[name] ?? Math.floor(count / 10)), 0),
    };
  };
  const known = { ...BASELINE, ...baseline };
  const window = { counts, affected };
  return proven === undefined
    ? findBreach(window, known, guardSettings(settings))
    : findBreach(window, known, guardSettings(settings), { proven });
}

describe("legacy's own errors", () => {
  const limitOf = (given: Partial<Counts>, more: Given = {}) => {
    const breach = judge({ lambda: 100, lambdaErrors: 100, ...given }, more);
    return breach?.evidence['limit'];
  };

  it('are allowed to Lambda too, above them the rate of the route', () => {
    expect(limitOf({})).toBe(0.05);
    expect(limitOf({ legacy: 100, legacyErrors: 30 })).toBeCloseTo(27 / 97 + 0.05, 10);
    expect(limitOf({ legacy: 100, legacyErrors: 30 }, { settings: { errorRate: 0.2 } })).toBeCloseTo(27 / 97 + 0.2, 10);
    // Lambda fails as often: no breach. Twice as often: a breach.
    expect(judge({ lambda: 100, lambdaErrors: 30, legacy: 100, legacyErrors: 30 })).toBeUndefined();
    expect(judge({ lambda: 100, lambdaErrors: 60, legacy: 100, legacyErrors: 30 })?.rule).toBe('errors');
  });

  it('count without those of the client that had most of them', () => {
    expect(limitOf({ legacy: 100, legacyErrors: 30 }, { heaviest: { legacyErrors: 30 } })).toBe(0.05);
    expect(limitOf({ legacy: 100, legacyErrors: 30 }, { settings: { minClients: 1 } })).toBeCloseTo(0.35, 10);
  });

  it('count once enough of its answers are there, else as before the move; the higher of both', () => {
    const heaviest = { legacyErrors: 3 };
    expect(limitOf({ legacy: 23, legacyErrors: 13 }, { heaviest })).toBeCloseTo(0.55, 10);
    expect(limitOf({ legacy: 22, legacyErrors: 13 }, { heaviest })).toBe(0.05);
    expect(limitOf({ legacy: 22, legacyErrors: 13 }, { heaviest, baseline: { errorRate: 0.3 } })).toBeCloseTo(0.35, 10);
    expect(limitOf({ legacy: 100 }, { baseline: { errorRate: 0.3 } })).toBeCloseTo(0.35, 10);
    expect(limitOf({ legacy: 100, legacyErrors: 50 }, { baseline: { errorRate: 0.3 } })).toBeCloseTo(
      45 / 95 + 0.05,
      10,
    );
  });
});

describe('errors that legacy may share', () => {
  const counts = { lambda: 100, answeredErrors: 40, checkedErrors: 20, unsharedErrors: 15 };

  it('count by the share that legacy, asked the same, answered better', () => {
    expect(judge(counts)).toMatchObject({
      rule: 'errors',
      why: '30 of 90 requests (33.33 %) failed on Lambda; allowed: 5 %',
      evidence: { lambdaErrors: 30, sharedErrors: 10 },
    });
  });

  it('count without the client that made most of them, and without what it made legacy say', () => {
    // 24 of 84 without it: a share of 20.03 % at least.
    const heaviest = { answeredErrors: 4, unsharedErrors: 5 };
    expect(judge(counts, { heaviest, baseline: { errorRate: 0.145 } })?.rule).toBe('errors');
    expect(judge(counts, { heaviest, baseline: { errorRate: 0.16 } })).toBeUndefined();
    const byOne = { ...counts, lambda: 40, unsharedErrors: 10 };
    expect(judge(byOne)?.rule).toBe('errors');
    expect(judge(byOne, { heaviest: { unsharedErrors: 10 } })).toBeUndefined();
  });
});

describe('one client', () => {
  it('is taken out of the hits and of the requests', () => {
    expect(judge({ lambda: 40, lambdaErrors: 20 }, { heaviest: { lambdaErrors: 15 } })?.rule).toBe('errors');
    expect(judge({ lambda: 60, lambdaErrors: 20 }, { heaviest: { lambdaErrors: 16 } })).toBeUndefined();
  });

  it('with all of it is no breach, also when nothing is allowed', () => {
    const settings = { mismatchRate: 0 };
    expect(judge({ compared: 100, different: 30 }, { settings })?.rule).toBe('mismatches');
    expect(judge({ compared: 100, different: 30 }, { settings, heaviest: { different: 30 } })).toBeUndefined();
  });
});

describe('what a breach says', () => {
  const common = {
    windowSeconds: 30,
    lambdaRequests: 100,
    lambdaErrors: 0,
    sharedErrors: 0,
    coldStarts: 7,
    legacyRequests: 50,
    legacyErrors: 0,
    compared: 0,
    different: 0,
  };
  const window = { lambda: 100, coldStarts: 7, legacy: 50 };

  it.each([
    [401, 'unshared401'],
    [403, 'unshared403'],
    [404, 'unshared404'],
  ] as const)('%d that legacy, asked the same, did not give', (status, name) => {
    expect(judge({ ...window, checked: 80, [name]: 60 })).toEqual({
      rule: `status ${status}`,
      why: expect.stringContaining(`${status} to 60 of 80 requests`) as string,
      evidence: { ...common, status, unshared: 60, checked: 80 },
    });
  });

  it.each([
    [401, 'unsharedSessions401'],
    [403, 'unsharedSessions403'],
  ] as const)('%d to sessions', (status, name) => {
    expect(judge({ ...window, checked: 1_000, checkedSessions: 80, [name]: 60 })).toEqual({
      rule: `status ${status}`,
      why: expect.stringContaining(`${status} to 60 of 80 sessions`) as string,
      evidence: { ...common, status, unshared: 60, checked: 80 },
    });
  });

  it.each([
    [401, 'refused401'],
    [403, 'refused403'],
  ] as const)('%d that is proven to be a mistake on other routes, and not before', (status, name) => {
    const counts = { ...window, [name]: 60 };
    expect(judge(counts, { proven: [status] })).toEqual({
      rule: `status ${status}`,
      why: expect.stringContaining(`${status} to 60 of 100 requests`) as string,
      evidence: { ...common, status, refused: 60 },
    });
    expect(judge(counts, { proven: [status === 401 ? 403 : 401] })).toBeUndefined();
    expect(judge(counts)).toBeUndefined();
  });

  it('latency, against what is known of legacy; nothing when that is nothing', () => {
    const counts = { ...window, timed: 90, slow: 30 };
    expect(judge(counts)).toEqual({
      rule: 'latency',
      why: expect.stringContaining('30 of 90') as string,
      evidence: { ...common, slow: 30, timed: 90, limitMs: 600, legacyP99Ms: 200 },
    });
    expect(judge(counts, { baseline: { p99: undefined } })).toBeUndefined();
    expect(latencyLimit(undefined, guardSettings())).toBeUndefined();
    expect(latencyLimit({ ...BASELINE, p99: 100 }, guardSettings())).toBe(300);
    expect(latencyLimit({ ...BASELINE, p99: 101 }, guardSettings())).toBe(303);
  });

  it('mismatches', () => {
    expect(judge({ ...window, compared: 80, different: 30 })).toEqual({
      rule: 'mismatches',
      why: expect.stringContaining('30 of 80') as string,
      evidence: { ...common, compared: 80, different: 30, limit: 0.01 },
    });
  });
});

it('judges without a baseline as well', () => {
  const counts = Object.fromEntries(COUNTED.map((name) => [name, name.startsWith('lambda') ? 40 : 0])) as Counts;
  const affected = () => ({ clients: 10, heaviest: 4 });
  expect(findBreach({ counts, affected }, undefined, guardSettings())?.evidence['limit']).toBe(0.05);
});
