import { LRUCache } from 'lru-cache';

export interface RetryBudgetOptions {
  /** Fallbacks allowed for each request that Lambda was asked. */
  readonly ratio?: number;
  /** Allowed in addition, per second: a route with little traffic falls back too. */
  readonly perSecond?: number;
  /** What may be saved up however little Lambda is asked. */
  readonly burst?: number;
  readonly now?: () => number;
}

/** What requests have saved is kept for one to two of these, in ms. */
const SAVING_INTERVAL = 10_000;
/** Clients whose spending is remembered. */
const MAX_SPENDERS = 10_000;
/** An office behind one address may have many users. */
const OF_ALL_SESSIONS = 3;

/** Who causes the work: an address, and its session if that is well signed. */
export interface Spender {
  readonly address: string;
  readonly session: string | undefined;
}

/**
 * Limits how much work is done twice: a request that Lambda has worked on in vain and legacy does again. Without a
 * limit an overloaded Lambda side would double the load of everything behind both.
 *
 * What is saved grows with the traffic: of 1,000 requests a second the guard needs 1,500 failures to know that a route
 * must go back, and until then every safe one of them is to be answered by legacy.
 */
export class RetryBudget {
  private readonly ratio: number;
  private readonly perSecond: number;
  private readonly burst: number;
  private readonly now: () => number;
  /** Second tries that were not made because nothing was left. */
  emptied = 0;
  private balance: number;
  private refilled: number;
  /** Requests that Lambda was asked in this interval and in the one before. */
  private asked = 0;
  private askedBefore = 0;
  private intervalEnds: number;
  /** What clients have spent in this interval and in the one before. */
  private spent = new LRUCache<string, number>({ max: MAX_SPENDERS });
  private spentBefore = new LRUCache<string, number>({ max: MAX_SPENDERS });
  private spendingEnds: number;

  constructor({ ratio = 0.2, perSecond = 10, burst = 500, now = () => performance.now() }: RetryBudgetOptions = {}) {
    this.ratio = ratio;
    this.perSecond = perSecond;
    this.burst = burst;
    this.now = now;
    this.balance = burst;
    this.refilled = now();
    this.intervalEnds = this.refilled + SAVING_INTERVAL;
    this.spendingEnds = this.intervalEnds;
  }

  /** Lambda is asked, at `time` of the clock. */
  deposit(time = this.now()): void {
    this.asked += 1;
    this.balance = Math.min(this.limit(time), this.balance + this.ratio);
  }

  /** Spends one second try. A client gets at most as much as it leaves to others; all sessions of an address three times that. */
  tryWithdraw({ address, session }: Spender): boolean {
    const time = this.now();
    const refill = ((time - this.refilled) / 1000) * this.perSecond;
    this.balance = Math.min(this.limit(time), this.balance + refill);
    this.refilled = time;
    if (this.balance < 1) {
      this.emptied += 1;
      return false;
    }
    const byAddress = session === undefined ? this.balance : this.balance * OF_ALL_SESSIONS;
    if (this.spentBy(address, time) >= byAddress) return false;
    if (session !== undefined && this.spentBy(session, time) >= this.balance) return false;
    this.balance -= 1;
    this.spend(address);
    if (session !== undefined) this.spend(session);
    return true;
  }

  private spentBy(client: string, time: number): number {
    if (time >= this.spendingEnds) {
      this.spentBefore = time < this.spendingEnds + SAVING_INTERVAL ? this.spent : new LRUCache({ max: MAX_SPENDERS });
      this.spent = new LRUCache({ max: MAX_SPENDERS });
      this.spendingEnds = time + SAVING_INTERVAL;
    }
    return (this.spent.get(client) ?? 0) + (this.spentBefore.get(client) ?? 0);
  }

  private spend(client: string): void {
    this.spent.set(client, (this.spent.get(client) ?? 0) + 1);
  }

  /** The most that may be saved up now. */
  private limit(time: number): number {
    if (time >= this.intervalEnds) {
      this.askedBefore = time < this.intervalEnds + SAVING_INTERVAL ? this.asked : 0;
      this.asked = 0;
      this.intervalEnds = time + SAVING_INTERVAL;
    }
    return Math.max(this.burst, this.ratio * (this.asked + this.askedBefore));
  }
}
