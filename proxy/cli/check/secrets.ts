import type { Environment } from '../../../shared/env';
import { resolveSecrets } from '../../../shared/session/secret-source';
import { encryptionOf, type SessionConfig } from '../../../shared/session/session-config';
import { fault, ok, type Finding } from '../finding';

/** Says of each secret that this environment holds whether it would be refused at start. One that is not set here is not a fault. */
export function checkSecrets(session: SessionConfig, env: Environment): Finding[] {
  const encryption = encryptionOf(session);
  return [session.secrets, ...(encryption === undefined ? [] : [encryption.secret])].flatMap((source) => {
    if ('kind' in source && env[source.name] === undefined) return [];
    const name = 'kind' in source ? source.name : 'secrets';
    const faults: string[] = [];
    resolveSecrets(source, env, faults);
    return faults.length === 0
      ? [ok('secret', `${name} looks like a secret`)]
      : faults.map((text) => fault('secret', text, 'fix the variable'));
  });
}
