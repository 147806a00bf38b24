import { createHash, timingSafeEqual } from 'node:crypto';

/** Who may use the admin port, and whether to make changes. */
export interface AdminToken {
  readonly name: string;
  readonly mayChange: boolean;
  /** SHA-256 of the token: what is compared has a fixed length. */
  readonly digest: Buffer;
}

const EXAMPLE = 'ADMIN_TOKENS=ann=<token>,grafana:read=<token>';

/** Reads `name=token` (may change) and `name:read=token` (may read), separated by commas. Faults name the entry, never the token. */
export function parseAdminTokens(text: string | undefined, faults: string[]): readonly AdminToken[] {
  if (text === undefined || text.trim() === '') return [];
  return text.split(',').flatMap((entry, index): AdminToken[] => {
    const [, name, role, token] = /^\s*([\w.@-]{1,64})(:read)?=(\S+)\s*$/.exec(entry) ?? [];
    if (name === undefined || token === undefined) {
      faults.push(`ADMIN_TOKENS: entry ${index + 1} is not name=token; expected ${EXAMPLE}`);
      return [];
    }
    if (token.length < 16) {
      faults.push(
        `ADMIN_TOKENS: the token of ${name} is shorter than 16 characters; generate one with "openssl rand -hex 24"`,
      );
      return [];
    }
    return [{ name, mayChange: role === undefined, digest: digestOf(token) }];
  });
}

/** Whose token an `Authorization` header carries, in constant time for each token. */
export function tokenOf(authorization: string | undefined, tokens: readonly AdminToken[]): AdminToken | undefined {
  const given = /^Bearer +(\S{1,512})$/i.exec(authorization ?? '')?.[1];
  if (given === undefined) return undefined;
  const digest = digestOf(given);
  return tokens.filter((token) => timingSafeEqual(token.digest, digest))[0];
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
