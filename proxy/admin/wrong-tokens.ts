import { LRUCache } from 'lru-cache';
import type { Logger } from '../../shared/logger';

interface Attempts {
  wrong: number;
  waiting: number;
}

export interface WrongTokensOptions {
  readonly logger: Logger;
  readonly onWrong: () => void;
}

/** ms; each is twice the one before. */
const FIRST_DELAY = 20;
/** ms. */
const MAX_DELAY = 5_000;
/** Of one address at a time: this many guesses in {@link MAX_DELAY}, however many connections it opens. */
const MAX_WAITING = 5;
const MAX_ADDRESSES = 1_000;
/** ms after its last wrong token that an address is forgotten. */
const MEMORY = 600_000;

/** Slows down whoever guesses admin tokens, by address. A right token is delayed only where as many wrong ones are under way as may be. */
export class WrongTokens {
  private readonly attempts = new LRUCache<string, Attempts>({ max: MAX_ADDRESSES, ttl: MEMORY });

  constructor(private readonly options: WrongTokensOptions) {}

  /** No token from this address is checked for the moment. */
  isBlocked(address: string): boolean {
    return (this.attempts.get(address)?.waiting ?? 0) >= MAX_WAITING;
  }

  /** Logs and counts a wrong token, and resolves when it may be answered: also to a client that has gone, which would learn it by going. */
  async add(address: string): Promise<void> {
    const { logger, onWrong } = this.options;
    const attempts = this.attempts.get(address) ?? { wrong: 0, waiting: 0 };
    this.attempts.set(address, attempts);
    attempts.wrong += 1;
    attempts.waiting += 1;
    onWrong();
    logger.warn({ address, wrong: attempts.wrong }, 'wrong admin token');
    const delay = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (attempts.wrong - 1));
    await new Promise((resolve) => setTimeout(resolve, delay).unref());
    attempts.waiting -= 1;
  }
}
