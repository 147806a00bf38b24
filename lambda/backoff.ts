import { setTimeout as sleepFor } from 'node:timers/promises';

/** Time as retries need it; replaced in tests. */
export interface RetryClock {
  sleep(ms: number): Promise<unknown>;
  random(): number;
}

/** Node's timers and `Math.random`. */
export const REAL_CLOCK: RetryClock = { sleep: (ms) => sleepFor(ms), random: Math.random };

export interface BackoffOptions {
  /** Upper bound of the first pause; it doubles from one to the next. */
  readonly baseMs: number;
  readonly capMs: number;
  /** The first included. */
  readonly attempts: number;
}

export const BACKOFF: BackoffOptions = { baseMs: 100, capMs: 2_000, attempts: 6 };

/** Exponential with full jitter after `attempt` attempts; undefined after enough of them, or when `reserveMs` would not be left. */
export function nextPause(
  attempt: number,
  remainingMs: number,
  { random }: Pick<RetryClock, 'random'>,
  { baseMs, capMs, attempts }: BackoffOptions = BACKOFF,
  reserveMs = 500,
): number | undefined {
  if (attempt >= attempts) return undefined;
  const pause = random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
  return pause + reserveMs > remainingMs ? undefined : pause;
}
