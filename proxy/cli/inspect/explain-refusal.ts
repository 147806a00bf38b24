import type { ResolvedSession } from '../../../shared/session/session-config';
import { fingerprint } from '../fingerprint';
import { nearSecret } from './near-secret';
import type { TokenInput } from './token-input';

/** Base64 of HMAC-SHA256 without padding. */
const SIGNATURE_LENGTH = 43;

interface Explanation {
  readonly text: string;
  readonly remedy: string;
}

const COMPARE =
  'compare with the fingerprint where the monolith runs: printf %s "$SESSION_SECRET" | sha256sum | cut -c1-8';
const LOG_IN = 'copy the token again; if it is whole, the client must log in again';

/** Why there is nothing to verify in what was given. Never repeats any of it: it may be a secret. */
export function explainNoToken(given: string, { form, cookies }: TokenInput, cookieName: string): Explanation {
  const text = given.trim();
  if (text === '') return { text: 'no token given', remedy: 'give the value of the session cookie' };
  if (/\beyJ[\w-]+\.[\w-]+\.[\w-]*/.test(text))
    return {
      text: 'this is a JSON Web Token, not an express-session token',
      remedy: 'the monolith signs session ids (s:<id>.<signature>); find out where this token comes from',
    };
  if (/s%253a/i.test(text))
    return { text: 'percent-encoded twice', remedy: 'find the client or proxy that encodes the cookie a second time' };
  if (form === 'Cookie header' && !hasCookie(text, cookieName))
    return {
      text: `no cookie is named ${cookieName} (of ${cookies}; names are case-sensitive)`,
      remedy: 'compare session.cookieName in banyan.config.ts with the name option of express-session',
    };
  if (form === 'Authorization header')
    return {
      text: 'Authorization is not Bearer and one signed value',
      remedy: 'an Authorization header takes precedence, even over a valid cookie; send Bearer s:<id>.<signature>',
    };
  return {
    text: 'the value does not begin with s: (or s%3A), so it is not signed',
    remedy: 'a bare session id is never accepted; copy the whole value of the cookie',
  };
}

/** Why no secret fits a token, as far as its shape shows. */
export function explainBadSignature(
  token: string,
  { secrets, encryptionSecret }: Pick<ResolvedSession, 'secrets' | 'encryptionSecret'>,
): Explanation {
  const dot = token.lastIndexOf('.');
  if (dot === -1) return { text: 'the token has no signature after the id', remedy: LOG_IN };
  if (dot < 3) return { text: 'the session id is empty', remedy: LOG_IN };
  const signature = token.slice(dot + 1);
  if (signature.endsWith('='))
    return {
      text: 'the signature is padded with =, which express-session does not accept',
      remedy: 'use the value as the monolith sent it',
    };
  if (signature.length !== SIGNATURE_LENGTH)
    return {
      text: `the signature has ${signature.length} of ${SIGNATURE_LENGTH} characters: the token was cut off or changed`,
      remedy: LOG_IN,
    };
  if (/[-_]/.test(signature))
    return {
      text: 'the signature is base64url, which express-session does not accept',
      remedy: 'use the value as the monolith sent it',
    };
  const prints = `fingerprint${secrets.length === 1 ? '' : 's'} ${secrets.map(fingerprint).join(', ')}`;
  const unsigned =
    secrets.length === 1
      ? 'not signed with the configured secret'
      : `not signed with any of the ${secrets.length} secrets`;
  const near = nearSecret(token, secrets, encryptionSecret);
  if (near !== undefined) return { text: `${unsigned} (${prints}), but with ${near.text}`, remedy: near.remedy };
  return { text: `${unsigned} (${prints})`, remedy: COMPARE };
}

function hasCookie(header: string, name: string): boolean {
  return header.split(';').some(
    (pair) =>
      pair
        .replace(/^\s*(set-)?cookie:/i, '')
        .split('=', 1)[0]
        ?.trim() === name,
  );
}
