import type { ResolvedSession } from '../../../shared/session/session-config';
import { fingerprint } from '../fingerprint';
import { fault, ok, warning, type Finding } from '../finding';

/** 32 characters of hex are 128 bits, what a session secret should hold at least. */
const GOOD_LENGTH = 32;
const GUESSABLE_LENGTH = 16;
const FEW_CHARACTERS = 8;
const FROM_A_TUTORIAL = /keyboard.?cat|change.?me|example|password|secret|default|qwerty|12345|demo|your/i;
const RENEW = 'put a random one first (openssl rand -hex 32) and keep the old one until its sessions have expired';

/** Judges the secrets by themselves, and gives their fingerprints so that two deployments can be compared. */
export function diagnoseSecrets({ secrets, encryptionSecret }: ResolvedSession): Finding[] {
  const findings = secrets.flatMap((secret, index) => {
    const subject = `secret ${index + 1} of ${secrets.length}`;
    return [
      ok(subject, `fingerprint ${fingerprint(secret)}; ${index === 0 ? 'signs and verifies' : 'verifies only'}`),
      ...weaknesses(subject, secret),
      ...duplicates(subject, secret, secrets.indexOf(secret), index),
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
  const findings: Finding[] = [];
  if (secret !== secret.trim())
    findings.push(
      warning(
        subject,
        'begins or ends with white space, perhaps a line break from a file',
        'make sure that the monolith has exactly the same value',
      ),
    );
  if (secret.length < GUESSABLE_LENGTH || new Set(secret).size < FEW_CHARACTERS)
    return [...findings, fault(subject, 'can be guessed; an attacker who does can sign any session id', RENEW)];
  if (FROM_A_TUTORIAL.test(secret)) findings.push(warning(subject, 'looks as if copied from an example', RENEW));
  else if (secret.length < GOOD_LENGTH)
    findings.push(warning(subject, `is shorter than ${GOOD_LENGTH} characters`, RENEW));
  return findings;
}

function duplicates(subject: string, secret: string, first: number, index: number): Finding[] {
  if (secret.trim() === '' || first === index) return [];
  return [warning(subject, `is the same as secret ${first + 1}`, 'remove it: it slows down every refusal')];
}
