import { RetryBudget } from '../../../../proxy/fallback/retry-budget';
import { createGuard } from '../../../../proxy/guard/guard';
import { guardSettings } from '../../../../proxy/guard/settings';

describe('retry budget', () => {
  it('allows the burst, then a share of the requests, then so many a second', () => {
    let time = 0;
    const budget = new RetryBudget({ ratio: 0.5, perSecond: 2, burst: 3, now: () => time });
    const spend = (): number => {
      let count = 0;
      while (budget.tryWithdraw()) count += 1;
      return count;
    };
    expect(spend()).toBe(3);
    for (let i = 0; i < 4; i += 1) budget.deposit();
    expect(spend()).toBe(2);
    time += 1_000;
    expect(spend()).toBe(2);
    time += 60_000;
    expect(spend()).toBe(3);
  });

  it.each([100, 1_000, 5_000])(
    'answers every safe request by legacy until the guard knows: Lambda fails at once, %i requests a second',
    (rate) => {
      let time = 0;
      const guard = createGuard(() => time);
      guard.watch('route', guardSettings(), true);
      const budget = new RetryBudget({ now: () => time });
      const ask = (isFailed: boolean): boolean => {
        time += 1_000 / rate;
        budget.deposit();
        const byLegacy = isFailed && budget.tryWithdraw();
        guard.recordRequest({
          routeId: 'route',
          method: 'GET',
          statusCode: isFailed && !byLegacy ? 502 : 200,
          ms: 5,
          upstream: byLegacy ? 'legacy' : 'lambda',
          reason: byLegacy ? 'fallback' : 'stage',
          lambda: { outcome: 'answered', statusCode: isFailed ? 502 : 200, ms: 5, code: undefined, coldStart: false },
          at: time,
        });
        return !isFailed || byLegacy;
      };
      for (let i = 0; i < 45 * rate; i += 1) ask(false);
      while (guard.breach('route') === undefined) expect(ask(true)).toBe(true);
    },
  );

  it('forgets what was saved when requests no longer come', () => {
    let time = 0;
    const budget = new RetryBudget({ ratio: 0.5, perSecond: 0, burst: 3, now: () => time });
    for (let i = 0; i < 1_000; i += 1) budget.deposit();
    time += 21_000;
    const spent = Array.from({ length: 10 }, () => budget.tryWithdraw()).filter(Boolean);
    expect(spent).toHaveLength(3);
  });
});
