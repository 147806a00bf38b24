import banyan from '../../banyan.config';
import type { ParityIdentity } from '../../shared/banyan-config';

/** Request headers that make a client somebody. */
export type Credentials = Readonly<Record<string, string>>;

/**
 * Gets the credentials of every identity of `banyan.config.ts` from the monolith: a login becomes the session cookie.
 *
 * @throws Error when a login fails, naming the identity and the answer
 */
export async function logIn(legacyUrl: string): Promise<ReadonlyMap<string, Credentials>> {
  const entries = Object.entries(banyan.parity.identities).map(
    async ([name, identity]): Promise<[string, Credentials]> => [name, await credentialsOf(name, identity, legacyUrl)],
  );
  return new Map(await Promise.all(entries));
}

async function credentialsOf(name: string, identity: ParityIdentity, legacyUrl: string): Promise<Credentials> {
  if (identity.kind === 'anonymous') return {};
  if (identity.kind === 'headers') return identity.headers;
  const { method, path, body } = identity;
  const response = await fetch(new URL(path, legacyUrl), {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const prefix = `${banyan.session.cookieName}=`;
  const cookie = response.headers.getSetCookie().find((line) => line.startsWith(prefix));
  if (cookie === undefined)
    throw new Error(
      `the identity "${name}" cannot log in: ${method} ${path} answered ${response.status} without ${prefix}`,
    );
  return { cookie: cookie.split(';', 1)[0] ?? '' };
}
