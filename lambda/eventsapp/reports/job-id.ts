import { randomBytes } from 'node:crypto';

/**
 * A fresh id in the form of an ObjectId, as the monolith gives its jobs: seconds, then random. Made outside the VPC, without the
 * driver, so that a call that is tried again writes the same report.
 */
export function createJobId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return seconds.toString(16).padStart(8, '0') + randomBytes(8).toString('hex');
}
