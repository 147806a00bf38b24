import type { BanyanConfig, ParityIdentity } from '../../shared/config';
import type { Credentials } from './credentials';
import { logInBySteps } from './log-in-steps';
import { stepsOfRecording } from './recorded-login';

/** Credentials of every identity, from the monolith. Throws BanyanError naming identity, step and answer. */
export async function logIn(
  { parity: { identities }, session: { cookieName } }: Pick<BanyanConfig, 'parity' | 'session'>,
  legacyUrl: string,
): Promise<ReadonlyMap<string, Credentials>> {
  const credentialsOf = (name: string, identity: ParityIdentity): Credentials | Promise<Credentials> => {
    if (identity.kind === 'anonymous') return {};
    if (identity.kind === 'headers') return identity.headers;
    const login = identity.kind === 'steps' ? identity : { ...identity, steps: stepsOfRecording(name, identity) };
    return logInBySteps(name, login, legacyUrl, cookieName);
  };
  const entries = Object.entries(identities).map(
    async ([name, identity]) => [name, await credentialsOf(name, identity)] as const,
  );
  return new Map(await Promise.all(entries));
}
