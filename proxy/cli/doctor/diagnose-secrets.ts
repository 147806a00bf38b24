import type { ResolvedSession } from '../../../shared/session/session-config';
import { fingerprint } from '../fingerprint';
import { fault, ok, type Finding } from '../finding';

const GUESSABLE_LENGTH = 16;
const FEW_CHARACTERS = 8;
const RENEW = 'put a random one first (openssl rand -hex 32) and keep the old one until its sessions have expired';

/** Judges the secrets on their own, and prints their fingerprints so that two deployments can be compared. */
export function diagnoseSecrets({ secrets, encryptionSecret }: ResolvedSession): Finding[] {
  const findings = secrets.flatMap((secret, index) => {
    const subject = `secret ${index + 1} of ${secrets.length}`;
    return [
      ok(subject, `fingerprint ${fingerprint(secret)}; ${index === 0 ? 'signs and verifies' : 'verifies only'}`),
      ...weaknesses(subject, secret),
    ];
  });
  if (encryptionSecret !== undefined)
    findings.push(
      ok('encryption secret', `fingerprint ${fingerprint(encryptionSecret)}`),
      ...weaknesses('encryption secret', encryptionSecret),
    );
  findings.push(
    ok(
      'signatures',
      'the store holds no secrets; to verify these against the monolith, run `session inspect` with a valid token',
    ),
  );
  return findings;
}

function weaknesses(subject: string, secret: string): Finding[] {
  if (secret.length >= GUESSABLE_LENGTH && new Set(secret).size >= FEW_CHARACTERS) return [];
  return [fault(subject, 'can be guessed; an attacker who does can sign any session id', RENEW)];
}
