import banyan from '../../../banyan.config';
import { logIn as logInAs, type Credentials } from '../../../proxy/parity/identities';

export type { Credentials } from '../../../proxy/parity/identities';

/** The credentials of every identity of `banyan.config.ts`, from a monolith. */
export function logIn(legacyUrl: string): Promise<ReadonlyMap<string, Credentials>> {
  return logInAs(banyan, legacyUrl);
}
