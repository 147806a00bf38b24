import { createHmac, timingSafeEqual } from 'node:crypto';

/** A session id whose signature was good, and which of the configured secrets (from 0) had signed it. */
export interface VerifiedId {
  readonly id: string;
  readonly secretIndex: number;
}

/** `id.signature` as cookie-signature 1.0 writes it: base64 HMAC-SHA256 without padding. */
export function sign(id: string, secret: string): string {
  return `${id}.${signatureOf(id, secret)}`;
}

/** 32 bytes are 43 characters and one of padding. */
function signatureOf(id: string, secret: string): string {
  return createHmac('sha256', secret).update(id).digest('base64').replace('=', '');
}

/**
 * Verifies `s:<id>.<signature>` against every secret in order, in constant time per secret. The id ends at the last
 * dot, so it may hold dots itself. The signature is compared as text: padded and base64url forms are not what
 * express-session accepts. An empty id is not a session, as there.
 * @returns undefined when no secret fits
 */
export function unsign(token: string, secrets: readonly string[]): VerifiedId | undefined {
  const dot = token.lastIndexOf('.');
  if (!token.startsWith('s:') || dot < 3) return undefined;
  const id = token.slice(2, dot);
  // A lone surrogate becomes U+FFFD in the HMAC and in BSON: it would be another id than the one that was signed.
  if (/\p{Surrogate}/u.test(id)) return undefined;
  const given = Buffer.from(token.slice(dot + 1));
  const secretIndex = secrets.findIndex((secret) => {
    const expected = Buffer.from(signatureOf(id, secret));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return secretIndex === -1 ? undefined : { id, secretIndex };
}
