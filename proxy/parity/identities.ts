import type { BanyanConfig, ParityIdentity } from '../../shared/config';
import { BanyanError } from '../../shared/errors';
import { headerValues } from '../../shared/parity/exchange';
import type { Credentials } from './credentials';
import { logInBySteps } from './log-in-steps';
import { stepsOfRecording } from './recorded-login';
import { send } from './send';

/** Credentials of every identity, from the monolith: a login becomes the session cookie. Throws BanyanError naming identity and answer. */
export async function logIn(
  { parity: { identities }, session: { cookieName } }: Pick<BanyanConfig, 'parity' | 'session'>,
  legacyUrl: string,
): Promise<ReadonlyMap<string, Credentials>> {
  const entries = Object.entries(identities).map(async ([name, identity]): Promise<[string, Credentials]> => [
    name,
    await credentialsOf(name, identity, legacyUrl, cookieName),
  ]);
  return new Map(await Promise.all(entries));
}

async function credentialsOf(
  name: string,
  identity: ParityIdentity,
  legacyUrl: string,
  cookieName: string,
): Promise<Credentials> {
  if (identity.kind === 'anonymous') return {};
  if (identity.kind === 'headers') return identity.headers;
  if (identity.kind === 'steps') return logInBySteps(name, identity, legacyUrl, cookieName);
  if (identity.kind === 'recorded')
    return logInBySteps(name, { ...identity, steps: stepsOfRecording(name, identity) }, legacyUrl, cookieName);
  const { method, path, body } = identity;
  const { response } = await send(legacyUrl, {
    method,
    path,
    headers: [['Content-Type', 'application/json']],
    body: JSON.stringify(body),
  });
  const prefix = `${cookieName}=`;
  const cookie = headerValues(response, 'set-cookie').find((line) => line.startsWith(prefix));
  if (cookie === undefined)
    throw new BanyanError(
      `the identity "${name}" cannot log in: ${method} ${path} answered ${response.statusCode} without the cookie ${cookieName}; ` +
        'check parity.identities in banyan.config.ts and that the user is in the database',
      { code: 'login_failed' },
    );
  return { cookie: cookie.split(';', 1)[0] ?? '' };
}
