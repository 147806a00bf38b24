import { createHash } from 'node:crypto';

/** Eight hex digits of SHA-256: enough to see whether two values are the same, too few to find the value. */
export function fingerprint(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 8);
}
