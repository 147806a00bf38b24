import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** How long a refusal counts, in ms: after a login the same session may be good again. */
const LIFETIME = 10_000;
const MAX_SESSIONS = 10_000;

/** Tokens that legacy has just refused: a client with an ended session must not have every request done twice. */
export class EndedSessions {
  /** Until when, in ms; under a hash: it must not hold what a client could use as its credential. */
  private readonly refused = new LRUCache<string, number>({ max: MAX_SESSIONS });

  constructor(private readonly now: () => number = () => performance.now()) {}

  add(token: string): void {
    this.refused.set(hash('sha256', token, 'base64'), this.now() + LIFETIME);
  }

  has(token: string): boolean {
    return (this.refused.get(hash('sha256', token, 'base64')) ?? 0) > this.now();
  }
}
