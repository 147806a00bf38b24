import fc from 'fast-check';
import { createGuard, type Guard } from '../../../../proxy/guard/guard';
import { HitsByClient, MAX_CLIENTS } from '../../../../proxy/statistics/hits-by-client';
import { guardSettings } from '../../../../proxy/route-table/guard-settings';
import { SlidingCounters } from '../../../../proxy/statistics/window';
import type { Baseline } from '../../../../proxy/statistics/baseline';
import type { LambdaAttempt, RequestObservation } from '../../../../proxy/observation';

const ROUTE = 'list-events';
const WRITES = 'create-event';
const BASELINE: Baseline = { requests: 1000, errorRate: 0, p99: 200 };
const ATTEMPT: LambdaAttempt = { outcome: 'answered', statusCode: 200, ms: 20, code: undefined, coldStart: false };
let now: number;
let guard: Guard;
beforeEach(() => {
  now = 5_000_000;
  guard = createGuard(() => now);
  guard.watch(ROUTE, { settings: guardSettings(), isSafe: true });
  guard.setBaseline(ROUTE, BASELINE);
});

/** One of several clients, in turns. */
const by = (n: number, several = 5) => ({ address: `192.0.2.${n % several}`, id: `192.0.2.${n % several}` });

function record(times: number, lambda: Partial<LambdaAttempt> | undefined, given: Partial<RequestObservation> = {}) {
  const attempt = lambda && { ...ATTEMPT, ...lambda };
  for (let index = 0; index < times; index += 1)
    guard.recordRequest(
      {
        routeId: ROUTE,
        method: 'GET',
        statusCode: attempt?.statusCode ?? 200,
        ms: 20,
        upstream: attempt === undefined ? 'legacy' : 'lambda',
        reason: 'stage',
        lambda: attempt,
        at: 0,
        ...given,
      },
      by(index),
    );
}

function refuse(
  times: number,
  statusCode: number,
  { isShared = false, isSession = false, routeId = ROUTE, several = 5 } = {},
): boolean {
  let isHit = false;
  for (let index = 0; index < times; index += 1)
    isHit = guard.recordRefusal({ routeId, statusCode, isShared, isSession }, by(index, several));
  return isHit;
}
const rule = () => guard.breach(ROUTE)?.rule;
const fallback = { upstream: 'legacy', reason: 'fallback' } as const;
const gatewayRefused = { upstream: 'legacy', reason: 'gateway-refused' } as const;
const refused = { outcome: 'failed', statusCode: undefined, code: 'upstream_refused' } as const;

describe('errors', () => {
  it('breach before fallback, with the numbers', () => {
    record(40, {});
    expect(rule()).toBeUndefined();
    record(10, refused, { ...fallback, statusCode: 200 });
    expect(guard.breach(ROUTE)).toMatchObject({
      rule: 'errors',
      why: '10 of 50 requests (20 %) failed on Lambda; allowed: 5 %',
      evidence: { lambdaRequests: 50, lambdaErrors: 10, windowSeconds: 30 },
    });
  });

  it.each<[string, Partial<LambdaAttempt>, Partial<RequestObservation>]>([
    ['answers of Lambda with 5xx', { statusCode: 502 }, {}],
    ['timeouts', { outcome: 'failed', statusCode: undefined, code: 'upstream_timeout' }, { statusCode: 504 }],
    ['throttled requests that legacy answers', { statusCode: 429 }, { ...fallback, statusCode: 200 }],
  ])('count %s', (_case, lambda, given) => {
    record(20, lambda, given);
    expect(rule()).toBe('errors');
  });

  it('of too few requests are no evidence', () => {
    record(19, { statusCode: 502 });
    expect(rule()).toBeUndefined();
    record(1, { statusCode: 502 });
    expect(rule()).toBe('errors');
  });

  it('within chance of the limit are none', () => {
    record(190, {});
    record(10, { statusCode: 502 });
    expect(rule()).toBeUndefined();
  });

  it('that legacy shares do not count: it failed at the same request', () => {
    record(50, { statusCode: 503 }, { ...fallback, statusCode: 500 });
    expect(rule()).toBeUndefined();
    record(20, { statusCode: 503 }, { ...fallback, statusCode: 200 });
    expect(rule()).toBe('errors');
  });

  it('that legacy shares do not count: its own requests fail as often at the same time', () => {
    record(50, { statusCode: 502 });
    record(50, undefined, { statusCode: 500 });
    expect(rule()).toBeUndefined();
  });

  it('that legacy shares do not count: asked the same, it fails too, as when the database of both is away', () => {
    record(200, { statusCode: 500 });
    expect(rule()).toBeUndefined();
    expect(refuse(1, 500, { isShared: true })).toBe(false);
    record(200, { statusCode: 500 });
    expect(rule()).toBeUndefined();
    // The database is back, and Lambda alone goes on failing.
    refuse(4, 500);
    expect(guard.breach(ROUTE)).toMatchObject({
      rule: 'errors',
      why: '320 of 320 requests (100 %) failed on Lambda; allowed: 5 %',
      evidence: { lambdaErrors: 320, sharedErrors: 80 },
    });
  });

  it('count as soon as legacy, asked the same, has a better answer; also when it cannot be asked', () => {
    record(20, { statusCode: 500 });
    expect(rule()).toBeUndefined();
    expect(refuse(4, 500)).toBe(true);
    expect(rule()).toBe('errors');
    guard.watch(WRITES, { settings: guardSettings(), isSafe: false });
    record(20, { statusCode: 500 }, { routeId: WRITES, method: 'POST' });
    expect(guard.breach(WRITES)?.rule).toBe('errors');
  });

  it('are not clients that go away, nor the 429 of a limiter that both sides have', () => {
    record(50, { outcome: 'failed', statusCode: undefined, code: 'client_gone' }, { statusCode: 499 });
    record(50, { statusCode: 429 });
    expect(rule()).toBeUndefined();
  });

  it('leave the window after its length', () => {
    record(20, { statusCode: 502 });
    now += 26_000;
    expect(rule()).toBe('errors');
    now += 5_000;
    record(20, {});
    expect(rule()).toBeUndefined();
    expect(guard.counts(ROUTE)).toMatchObject({ lambda: 20, lambdaErrors: 0 });
  });

  it('are forgotten by a reset and judged anew', () => {
    record(20, { statusCode: 500 });
    guard.reset(ROUTE);
    record(19, { statusCode: 502 });
    expect(rule()).toBeUndefined();
  });
});

describe('401, 403 and 404', () => {
  it.each([401, 403, 404])('%d that legacy does not give breaches', (statusCode) => {
    refuse(19, statusCode);
    expect(rule()).toBeUndefined();
    refuse(1, statusCode);
    expect(rule()).toBe(`status ${statusCode}`);
  });

  it('that legacy gives too are deserved, however many', () => {
    record(1_000, { statusCode: 401 });
    refuse(1_000, 401, { isShared: true });
    expect(rule()).toBeUndefined();
    refuse(60, 401);
    expect(rule()).toBeUndefined();
    refuse(200, 401);
    expect(rule()).toBe('status 401');
  });

  it('of a route that is not guarded, or another status, are nothing', () => {
    expect(refuse(1, 401, { routeId: 'another' })).toBe(false);
    expect(refuse(1, 400)).toBe(false);
  });
});

describe('latency', () => {
  it('beyond the baseline breaches; cold starts are told apart', () => {
    record(50, { ms: 550 });
    record(30, { ms: 5_000, coldStart: true });
    expect(rule()).toBeUndefined();
    record(20, { ms: 650 });
    expect(guard.breach(ROUTE)).toMatchObject({
      rule: 'latency',
      evidence: { slow: 20, timed: 70, limitMs: 600, coldStarts: 30 },
    });
  });

  it('of a very quick monolith is not held against Lambda', () => {
    guard.setBaseline(ROUTE, { ...BASELINE, p99: 3 });
    record(100, { ms: 290 });
    expect(rule()).toBeUndefined();
  });
});

describe('mismatches', () => {
  const compare = (times: number, equal: boolean, source: 'shadow' | 'replay' = 'shadow') => {
    for (let index = 0; index < times; index += 1)
      guard.recordComparison(
        { routeId: ROUTE, equal, differences: [], statusCode: 200, identity: 'session', queryForm: '', source, at: 0 },
        by(index),
      );
  };

  it('of live traffic breach', () => {
    compare(18, true);
    compare(4, false, 'replay');
    expect(rule()).toBeUndefined();
    compare(4, false);
    expect(guard.breach(ROUTE)).toMatchObject({ rule: 'mismatches', evidence: { compared: 22, different: 4 } });
  });
});

describe('routes', () => {
  it('that are not guarded are not counted', () => {
    record(50, { statusCode: 500 }, { routeId: 'another' });
    expect(guard.breach('another')).toBeUndefined();
    guard.forget(ROUTE);
    record(50, { statusCode: 500 });
    expect(rule()).toBeUndefined();
  });

  it('go on with their window when other settings change', () => {
    record(19, { statusCode: 502 });
    guard.watch(ROUTE, { settings: guardSettings({ minRequests: 10 }), isSafe: true });
    expect(rule()).toBe('errors');
    guard.watch(ROUTE, { settings: guardSettings({ window: 60 }), isSafe: true });
    expect(guard.counts(ROUTE)?.lambda).toBe(0);
  });

  it('say when judging is worth while', () => {
    const observe = (lambda: Partial<LambdaAttempt>) =>
      guard.recordRequest(
        {
          ...{ routeId: ROUTE, method: 'GET', statusCode: 200, ms: 1, upstream: 'lambda', reason: 'stage', at: 0 },
          lambda: { ...ATTEMPT, ...lambda },
        },
        by(0),
      );
    expect([observe({}), observe({ statusCode: 500 }), observe({ statusCode: 401 }), observe({ ms: 700 })]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect([refuse(1, 401, { isShared: true }), refuse(1, 401)]).toEqual([false, true]);
  });
});

it('sums what lies within the window, whatever the pauses', () => {
  const pauses = fc.array(fc.record({ pause: fc.nat(400), bad: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(pauses, fc.nat(1e6), (events, start) => {
      let time = start;
      const counters = new SlidingCounters(['all', 'bad'], 1_000, time);
      const added: { at: number; bad: boolean }[] = [];
      for (const { pause, bad } of events) {
        time += pause;
        counters.add('all', time);
        if (bad) counters.add('bad', time);
        added.push({ at: time, bad });
      }
      const inside = added.filter(({ at }) => Math.floor(at / 100) > Math.floor(time / 100) - 10);
      return (
        counters.sum('all', time) === inside.length &&
        counters.sum('bad', time) === inside.filter(({ bad }) => bad).length &&
        counters.sum('all', time + 1_000) === 0
      );
    }),
  );
});

describe('refusals of requests that cannot be asked twice', () => {
  const writes = { routeId: WRITES, method: 'POST' };
  beforeEach(() => guard.watch(WRITES, { settings: guardSettings(), isSafe: false }));

  it('count once the same refusals of another route are known to be mistakes, and only those', () => {
    record(100, { statusCode: 401 }, writes);
    expect(guard.breach(WRITES)).toBeUndefined();
    refuse(20, 403);
    expect(rule()).toBe('status 403');
    expect(guard.breach(WRITES)).toBeUndefined();
    guard.reset(ROUTE);
    refuse(20, 401);
    expect(rule()).toBe('status 401');
    expect(guard.breach(WRITES)).toMatchObject({ rule: 'status 401', evidence: { refused: 100 } });
    expect(guard.unsafeRoutes()).toEqual([WRITES]);
  });

  it('do not count when few of many are refused, nor when the mistake is long over', () => {
    record(400, { statusCode: 200 }, writes);
    record(8, { statusCode: 401 }, writes);
    refuse(20, 401);
    expect(rule()).toBe('status 401');
    expect(guard.breach(WRITES)).toBeUndefined();
    guard.reset(ROUTE);
    now += guardSettings().windowMs;
    record(100, { statusCode: 401 }, writes);
    expect(guard.breach(WRITES)).toBeUndefined();
  });

  it('are no errors, and what API Gateway itself refused is nothing', () => {
    record(50, { statusCode: 401 }, { upstream: 'legacy', reason: 'session-refused', statusCode: 200 });
    expect(rule()).toBeUndefined();
    record(50, { outcome: 'gateway-refused', statusCode: 403 }, { ...gatewayRefused, statusCode: 200 });
    record(50, { outcome: 'gateway-refused', statusCode: 403 }, { ...writes, statusCode: 403 });
    expect([rule(), guard.breach(WRITES)]).toEqual([undefined, undefined]);
    expect(guard.counts(ROUTE)?.lambda).toBe(50);
  });
});

it('judges refusals of sessions apart: strangers whose refusals are deserved do not thin them out', () => {
  refuse(1_000, 401, { isShared: true });
  refuse(19, 401, { isSession: true });
  expect(rule()).toBeUndefined();
  refuse(1, 401, { isSession: true });
  expect(guard.breach(ROUTE)?.why).toContain('401 to 20 of 20 sessions');
});

describe('one client', () => {
  /** What goes badly for clients, each with one request in turns. */
  const bad = (clients: readonly string[], times: number, lambda: Partial<LambdaAttempt>) => {
    for (let i = 0; i < times; i += 1)
      for (const id of clients)
        guard.recordRequest(
          {
            ...{ routeId: ROUTE, method: 'GET', statusCode: 200, ms: 1, upstream: 'lambda', reason: 'stage', at: 0 },
            lambda: { ...ATTEMPT, ...lambda },
          },
          { address: id, id },
        );
  };
  const compared = (times: number, id: string, equal: boolean) => {
    for (let i = 0; i < times; i += 1)
      guard.recordComparison(
        {
          ...{ routeId: ROUTE, equal, differences: [], statusCode: 200, identity: 'anonymous', queryForm: '', at: 0 },
          source: 'shadow',
        },
        { address: id, id },
      );
  };

  it('never returns a route, by whatever rule', () => {
    bad(['a'], 500, { statusCode: 502 });
    bad(['a'], 500, { ms: 60_000 });
    compared(500, 'a', false);
    for (const status of [401, 403, 404, 500]) refuse(100, status, { several: 1 });
    refuse(100, 401, { several: 1, isSession: true });
    expect(rule()).toBeUndefined();
  });

  it('does not do so together with errors that others have now and then', () => {
    bad(['a', 'b', 'c', 'd'], 50, {});
    bad(['b', 'c', 'd'], 1, { statusCode: 502 });
    bad(['a'], 1_000, { statusCode: 502 });
    compared(50, 'b', true);
    compared(50, 'c', true);
    compared(1, 'd', false);
    compared(1, 'e', false);
    compared(100, 'a', false);
    expect(rule()).toBeUndefined();
  });

  it('suffices where the route says so; else it takes three', () => {
    bad(['a', 'b'], 50, { statusCode: 502 });
    expect(rule()).toBeUndefined();
    bad(['c'], 1, { statusCode: 502 });
    expect(rule()).toBe('errors');
    guard.reset(ROUTE);
    guard.watch(ROUTE, { settings: guardSettings({ minClients: 1 }), isSafe: true });
    bad(['a'], 20, { statusCode: 502 });
    expect(rule()).toBe('errors');
  });

  it('hides nothing by a flood of good requests', () => {
    bad(['flood'], 5_000, {});
    bad(['a', 'b', 'c', 'd'], 10, { statusCode: 502 });
    expect(rule()).toBe('errors');
    bad(['flood'], 50, { statusCode: 502 });
    expect(rule()).toBe('errors');
  });

  it('hides nothing together with others that flood, each with less than half of the requests', () => {
    bad(['flood', 'another', 'third'], 3_000, {});
    bad(['a', 'b', 'c', 'd'], 10, { statusCode: 502 });
    expect(rule()).toBe('errors');
  });

  it('hides nothing from when it had been counted with the rest again', () => {
    bad(['flood'], 100, {});
    bad(['flood'], 20, { statusCode: 502 });
    bad(['b', 'c', 'd', 'e', 'f', 'g'], 40, { statusCode: 502 });
    expect(guard.counts(ROUTE)).toMatchObject({ lambda: 360, lambdaErrors: 260 });
  });

  it('hides nothing by errors that legacy has for it alone', () => {
    record(40, { statusCode: 502 });
    for (let i = 0; i < 200; i += 1)
      guard.recordRequest(
        {
          ...{ routeId: ROUTE, method: 'GET', statusCode: 500, ms: 1, upstream: 'legacy', reason: 'cohort', at: 0 },
          lambda: undefined,
        },
        { address: 'a', id: 'a' },
      );
    expect(rule()).toBe('errors');
  });

  it('does not make errors of others count that legacy shares', () => {
    bad(['a', 'b', 'c', 'd'], 20, { statusCode: 500 });
    for (let i = 0; i < 20; i += 1)
      guard.recordRefusal(
        { routeId: ROUTE, statusCode: 500, isShared: i % 5 > 0, isSession: false },
        { address: `${i % 5}`, id: `${i % 5}` },
      );
    expect(rule()).toBeUndefined();
  });
});

it('says of any crowd how many there are at least, and how much the heaviest saw at least and at most', () => {
  const events = fc.array(fc.record({ client: fc.nat(80), part: fc.nat(3), isMany: fc.boolean() }), { maxLength: 400 });
  fc.assert(
    fc.property(events, fc.boolean(), (list, isAbsorbed) => {
      const hits = [new HitsByClient<'bad'>(), new HitsByClient<'bad'>()];
      const exact = new Map<string, number>();
      for (const { client, part, isMany } of list) {
        const id = String(isMany ? 0 : client);
        hits[part % 2]?.add('bad', id, part);
        exact.set(id, (exact.get(id) ?? 0) + 1);
      }
      const [first, second] = hits;
      if (isAbsorbed && second !== undefined) first?.absorb(second);
      const { clients, heaviest } = HitsByClient.affected(hits, ['bad']);
      const most = Math.max(0, ...exact.values());
      const isExact = exact.size <= MAX_CLIENTS;
      return (
        clients <= Math.max(exact.size, MAX_CLIENTS) &&
        clients >= Math.min(exact.size, MAX_CLIENTS) &&
        heaviest >= most &&
        (!isExact || heaviest === most) &&
        heaviest <= most + list.length / 4
      );
    }),
  );
});
