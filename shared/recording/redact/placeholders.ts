import { createHash } from 'node:crypto';

/** Gives the same secret the same placeholder for as long as it is remembered. */
export interface Placeholders {
  /** `session-1` for a session's id; every session has its own number. */
  session(id: string): string;
  /** `credential-1` for an API key or another token. */
  credential(value: string): string;
}

/** Remembers the hashes of up to `limit` secrets of each kind; one that returns after being forgotten gets a new number, never another's. */
export function createPlaceholders(limit = 50_000): Placeholders {
  const sessions = numbered('session', limit);
  const credentials = numbered('credential', limit);
  return { session: sessions, credential: credentials };
}

function numbered(prefix: string, limit: number): (secret: string) => string {
  const known = new Map<string, string>();
  let count = 0;
  return (secret) => {
    const hash = createHash('sha256').update(secret).digest('base64');
    const placeholder = known.get(hash) ?? `${prefix}-${(count += 1)}`;
    known.delete(hash);
    known.set(hash, placeholder);
    if (known.size > limit) for (const oldest of known.keys()) if (known.delete(oldest)) break;
    return placeholder;
  };
}
