import { clientOf } from '../../../support/client';
import { RetryBudget, type Spender } from '../../../../proxy/fallback/retry-budget';
import { createGuard } from '../../../../proxy/guard/guard';
import { guardSettings } from '../../../../proxy/route-table/guard-settings';

describe('retry budget', () => {
  it('allows the burst, then a share of the requests, then so many a second', () => {
    let time = 0;
    const budget = new RetryBudget({ ratio: 0.5, perSecond: 2, burst: 3, now: () => time });
    let clients = 0;
    const spend = (): number => {
      let count = 0;
      while (budget.tryWithdraw(clientOf((clients += 1), 200))) count += 1;
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
      guard.watch('route', { settings: guardSettings(), isSafe: true });
      const budget = new RetryBudget({ now: () => time });
      const clients = Array.from({ length: 50 }, (_, n) => clientOf(n, 50));
      let asked = 0;
      const ask = (isFailed: boolean): boolean => {
        const client = clients[(asked += 1) % 50] ?? clientOf(0);
        time += 1_000 / rate;
        budget.deposit();
        const byLegacy = isFailed && budget.tryWithdraw(client);
        guard.recordRequest(
          {
            routeId: 'route',
            method: 'GET',
            statusCode: isFailed && !byLegacy ? 502 : 200,
            ms: 5,
            upstream: byLegacy ? 'legacy' : 'lambda',
            reason: byLegacy ? 'fallback' : 'stage',
            lambda: { outcome: 'answered', statusCode: isFailed ? 502 : 200, ms: 5, code: undefined, coldStart: false },
            at: time,
          },
          { address: client.address, id: client.address },
        );
        return !isFailed || byLegacy;
      };
      for (let i = 0; i < 45 * rate; i += 1) ask(false);
      while (guard.breach('route') === undefined) expect(ask(true)).toBe(true);
    },
  );

  it('leaves as much to others as a client spends, and a quarter where an address has many sessions', () => {
    const spendAs = (spender: (n: number) => Spender): { spent: number; left: number } => {
      const budget = new RetryBudget({ ratio: 0, perSecond: 0, burst: 400, now: () => 0 });
      const spent = Array.from({ length: 900 }, (_, n) => budget.tryWithdraw(spender(n))).filter(Boolean).length;
      const others = Array.from({ length: 900 }, (_, n) => budget.tryWithdraw({ address: `${n}`, session: undefined }));
      return { spent, left: others.filter(Boolean).length };
    };
    expect(spendAs(() => ({ address: 'a', session: undefined }))).toEqual({ spent: 200, left: 200 });
    expect(spendAs(() => ({ address: 'a', session: 's' }))).toEqual({ spent: 200, left: 200 });
    expect(spendAs((n) => ({ address: 'a', session: `s${n}` }))).toEqual({ spent: 300, left: 100 });
    expect(spendAs((n) => ({ address: `a${n}`, session: 's' }))).toEqual({ spent: 200, left: 200 });
  });

  it('forgets in time what a client has spent', () => {
    let time = 0;
    const budget = new RetryBudget({ ratio: 0, perSecond: 1, burst: 10, now: () => time });
    const spend = () => Array.from({ length: 20 }, () => budget.tryWithdraw(clientOf(0))).filter(Boolean).length;
    expect(spend()).toBe(5);
    time += 30_000;
    expect(spend()).toBe(5);
  });

  it('forgets what was saved when requests no longer come', () => {
    let time = 0;
    const budget = new RetryBudget({ ratio: 0.5, perSecond: 0, burst: 3, now: () => time });
    for (let i = 0; i < 1_000; i += 1) budget.deposit();
    time += 21_000;
    const spent = Array.from({ length: 10 }, (_, n) => budget.tryWithdraw(clientOf(n, 10))).filter(Boolean);
    expect(spent).toHaveLength(3);
  });
});
