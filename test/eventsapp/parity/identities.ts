import banyan from '../../../banyan.config';
import type { Credentials } from '../../../proxy/parity/credentials';
import { logIn as logInAs } from '../../../proxy/parity/identities';

export type { Credentials } from '../../../proxy/parity/credentials';

/** The credentials of every identity of `banyan.config.ts`, from a monolith. */
export function logIn(legacyUrl: string): Promise<ReadonlyMap<string, Credentials>> {
  return logInAs(banyan, legacyUrl);
}
