import { createHash } from 'node:crypto';
import type { Db } from 'mongodb';
import type { Authenticator } from './authenticator';
import type { Identity } from './identity';
import { headerValues } from './token-from-request';

interface ApiKeyOptions<I extends Identity> {
  /** What functions that accept these keys call them. Default `api-key`. */
  readonly name?: string;
  /** Lower case. Default `x-api-key`. */
  readonly header?: string;
  /** Finds the key by the SHA-256 (hex) of what was sent; undefined when there is none. */
  readonly findIdentity: (db: Db, keyHash: string) => Promise<I | undefined>;
}

/** Accepts keys that are stored hashed: an example to copy. A look-up by hash leaks nothing by timing. */
export function apiKeyAuthenticator<I extends Identity>({
  name = 'api-key',
  header = 'x-api-key',
  findIdentity,
}: ApiKeyOptions<I>): Authenticator<I> {
  return {
    name,
    credentials: [{ header }],
    async authenticate(request, { db }) {
      // As Node joins a repeated header.
      const key = headerValues(request, header).join(', ');
      if (key === '') return { outcome: 'anonymous', reason: 'no credential' };
      const identity = await findIdentity(await db(), createHash('sha256').update(key).digest('hex'));
      return identity === undefined
        ? { outcome: 'anonymous', reason: 'unknown key' }
        : { outcome: 'authenticated', identity };
    },
  };
}
