import type { LoginRequest } from '../../config/login-request';
import { PLACEHOLDER } from '../har/har';

/** What a recording must not keep. */
export interface RedactionSettings {
  /** The session cookie's name; its values become `session-1`. */
  readonly sessionCookie: string;
  /** Lower-case names of headers whose values become `credential-1`, besides those whose names show that they are secret. */
  readonly credentialHeaders: readonly string[];
  /** Names of query parameters, likewise. */
  readonly credentialQueries: readonly string[];
  /** Paths in JSON bodies, such as `$.user.email` or `$..phone`, whose values are removed. */
  readonly paths: readonly string[];
  /** Other cookies whose values may stay, such as a language; all others are removed. */
  readonly keepCookies: readonly string[];
  /** Requests that log a user in; what their body holds besides the password shows whose session begins. */
  readonly logins: readonly Pick<LoginRequest, 'method' | 'path'>[];
}

/** Replaces a value that was removed. */
export const REMOVED = '[redacted]';

const STANDS_FOR_SECRET = new RegExp(`^${PLACEHOLDER.source}$`);

/** Whether a value has already been replaced: redacting a recording twice changes nothing. */
export function isRedacted(value: string): boolean {
  return value === REMOVED || STANDS_FOR_SECRET.test(value);
}

const SECRET_PARTS =
  /password|passwd|passphrase|passcode|pwd|secret|token|apikey|accesskey|privatekey|credential|authorization|signature|cardnumber|csrf|xsrf|session(?:id|key|cookie)|xsession|saml(?:response|request)|relaystate|wresult|(?:auth|mfa|otp|pin|verification|security|backup|recovery)code|securityanswer|(?:new|old|my|user|current|confirm|repeat|login)(?:pass|pin|pw)(?![a-z])/;
const SECRET_WORDS = /^(pw|pass|pin|otp|totp|mfa|cvv|cvc|ssn|iban|sid|jwt|auth|bearer|sig|hmac)$/;

/** True for names of fields, parameters and headers that hold secrets: `newPass`, `access_token`, `user[pwd]`. */
export function isSecretName(name: string): boolean {
  // Names are short; a whole document is not a name.
  const short = name.slice(0, 1_000);
  if (SECRET_PARTS.test(short.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))) return true;
  const words = short.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2');
  return words
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .some((word) => SECRET_WORDS.test(word.replace(/\d+$/, '')));
}
