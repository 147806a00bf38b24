import { LiveStats } from '../../../../proxy/metrics/live-stats';
import type { RequestObservation } from '../../../../proxy/observation';

const ID = 'get-event';
const ANSWERED = { outcome: 'answered', statusCode: 200, ms: 5, code: undefined, coldStart: false } as const;

describe('what the dashboard shows of the last minute', () => {
  let time: number;
  let stats: LiveStats;
  beforeEach(() => {
    time = 1_800_000_000_000;
    stats = new LiveStats(() => time);
  });

  const observe = (about: Partial<RequestObservation>): void =>
    stats.request({
      ...{
        routeId: ID,
        method: 'GET',
        statusCode: 200,
        ms: 10,
        upstream: 'legacy',
        reason: 'stage',
        lambda: undefined,
      },
      at: time,
      ...about,
    });
  const lambda = (about: Partial<RequestObservation> = {}): void =>
    observe({ upstream: 'lambda', lambda: ANSWERED, ...about });
  const recent = () => stats.summary(ID).recent;

  it('counts what each side answered and failed at, and forgets it after a minute', () => {
    lambda();
    observe({ statusCode: 500 });
    observe({ reason: 'fallback', lambda: { ...ANSWERED, statusCode: 502 } });
    expect(recent()).toEqual({ lambda: 1, legacy: 2, legacyErrors: 1, lambdaErrors: 1 });
    time += 61_000;
    expect(recent()).toEqual({ lambda: 0, legacy: 0, legacyErrors: 0, lambdaErrors: 0 });
    expect(stats.summary(ID).answered).toEqual({ lambda: 1, legacy: 2 });
  });

  it.each(['rolled-back', 'kill-switch', 'overrides-unknown'] as const)(
    'begins anew with the first request that is %s, and with the first that no longer is',
    (reason) => {
      lambda();
      lambda();
      time += 100;
      observe({ reason });
      expect(recent()).toMatchObject({ lambda: 0, legacy: 1 });
      time += 100;
      lambda();
      expect(recent()).toMatchObject({ lambda: 1, legacy: 0 });
    },
  );

  it('is not begun anew by a request that stays on legacy whatever overrides say', () => {
    observe({ reason: 'rolled-back' });
    for (const reason of ['large-body', 'unless', 'forced'] as const) {
      time += 10;
      observe({ reason });
      observe({ reason: 'rolled-back' });
    }
    expect(recent()).toMatchObject({ lambda: 0, legacy: 7 });
  });

  it('leaves out a request that had begun before the override, and ends after it', () => {
    observe({ reason: 'rolled-back' });
    time += 100;
    lambda({ ms: 5_000 });
    observe({ reason: 'rolled-back' });
    expect(recent()).toMatchObject({ lambda: 0, legacy: 2 });
    expect(stats.summary(ID).answered.lambda).toBe(1);
  });

  it('keeps for the charts p99, errors and equal comparisons of each ten seconds of a quarter of an hour', () => {
    const compare = (equal: boolean): void =>
      stats.comparison({
        ...{ routeId: ID, equal, differences: [], statusCode: 200, identity: 'anonymous', queryForm: '' },
        ...{ source: 'shadow', at: time },
      });
    lambda();
    lambda({ lambda: { ...ANSWERED, statusCode: 502 } });
    for (const equal of [true, true, false]) compare(equal);
    time += 10_000;
    observe({ ms: 30, statusCode: 500 });
    const end = (values: readonly (number | null)[]) => values.slice(-3);
    const charts = stats.charts(ID);
    expect(end(charts.p99.lambda)).toEqual([null, 6, null]);
    expect(end(charts.p99.legacy)).toEqual([null, null, 32]);
    expect(end(charts.errors.lambda)).toEqual([null, 50, null]);
    expect(end(charts.errors.legacy)).toEqual([null, null, 100]);
    expect(end(charts.consistency)).toEqual([null, 66.67, null]);
    time += 15 * 60_000;
    expect(stats.charts(ID).consistency).toEqual(Array(90).fill(null));
  });
});
