import { createHash } from 'node:crypto';

/**
 * A user's place from 0 up to, not including, 100; evenly spread, the same on every proxy, for ever, and for all routes: who has
 * Lambda at 5 % has it at 25 % too, and a user who meets a fault on one canary route is not joined by others on the next.
 *
 * @param userId as the session holds it
 */
export function bucketOf(userId: string): number {
  const digest = createHash('sha256').update('banyan cohort\n').update(userId).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}

/** Whether Lambda answers a user at this share. A higher share only adds users. */
export function isMoved(bucket: number, percent: number): boolean {
  return bucket < percent;
}
