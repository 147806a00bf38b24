import { createHash } from 'node:crypto';

/** A user's place from 0 up to 100: evenly spread, the same on every proxy, for ever and for all routes, so a larger share only adds users. */
export function bucketOf(userId: string): number {
  const digest = createHash('sha256').update('banyan cohort\n').update(userId).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}

/** Whether Lambda answers a user at this share. A higher share only adds users. */
export function isInShare(bucket: number, percent: number): boolean {
  return bucket < percent;
}
