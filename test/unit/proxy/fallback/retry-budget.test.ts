import { RetryBudget } from '../../../../proxy/fallback/retry-budget';

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
});
