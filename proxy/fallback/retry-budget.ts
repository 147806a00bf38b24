export interface RetryBudgetOptions {
  /** Fallbacks allowed for each request that Lambda was asked. */
  readonly ratio?: number;
  /** Allowed beside that, per second: a route with little traffic falls back too. */
  readonly perSecond?: number;
  /** The most that is saved up. */
  readonly burst?: number;
  /** Epoch ms. */
  readonly now?: () => number;
}

/**
 * Limits how much work is done twice: a request that Lambda has worked on in vain and legacy does again. Without a limit an
 * overloaded Lambda side would double the load of everything behind both.
 */
export class RetryBudget {
  private readonly ratio: number;
  private readonly perSecond: number;
  private readonly burst: number;
  private readonly now: () => number;
  private balance: number;
  private refilled: number;

  constructor({ ratio = 0.2, perSecond = 10, burst = 500, now = Date.now }: RetryBudgetOptions = {}) {
    this.ratio = ratio;
    this.perSecond = perSecond;
    this.burst = burst;
    this.now = now;
    this.balance = burst;
    this.refilled = now();
  }

  /** Lambda was asked. */
  deposit(): void {
    this.balance = Math.min(this.burst, this.balance + this.ratio);
  }

  /** True when legacy may be asked too; that one is then spent. */
  tryWithdraw(): boolean {
    const time = this.now();
    this.balance = Math.min(this.burst, this.balance + ((time - this.refilled) / 1000) * this.perSecond);
    this.refilled = time;
    if (this.balance < 1) return false;
    this.balance -= 1;
    return true;
  }
}
