import { PLACEHOLDER } from '../har/har';

/** What a recording must not keep. */
export interface RedactionSettings {
  /** The session cookie's name; its values become `session-1`. */
  readonly sessionCookie: string;
  /** Header names, lower case, whose values become `credential-1`, beside those whose name says that they are secret. */
  readonly credentialHeaders: readonly string[];
  /** Names of query parameters, likewise. */
  readonly credentialQueries: readonly string[];
  /** Paths in JSON bodies, such as `$.user.email` or `$..phone`, whose values are removed. */
  readonly paths: readonly string[];
  /** Other cookies whose values may stay, such as a language; all others are removed. */
  readonly keepCookies: readonly string[];
  /** Requests that log somebody in; what their body says beside the password tells whose session begins. */
  readonly logins: readonly LoginRequest[];
}

export interface LoginRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
}

/** Stands where a value was. */
export const REMOVED = '[redacted]';

const STANDS_FOR_SECRET = new RegExp(`^${PLACEHOLDER.source}$`);

/** Whether a value has been taken out already: redacting a recording twice changes nothing. */
export function isRedacted(value: string): boolean {
  return value === REMOVED || STANDS_FOR_SECRET.test(value);
}

const SECRET_PARTS =
  /password|passwd|passphrase|passcode|secret|token|apikey|accesskey|privatekey|credential|authorization|signature|cardnumber|csrf|xsrf/;
const SECRET_WORDS = /^(pwd|pass|pin|otp|totp|mfacode|cvv|cvc|ssn|iban|sid|jwt)$/;

/** True for names of fields, parameters and headers under which secrets stand: `newPassword`, `access_token`, `user[pwd]`. */
export function isSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  if (SECRET_PARTS.test(lower.replaceAll(/[^a-z0-9]/g, ''))) return true;
  return lower.split(/[^a-z0-9]+/).some((word) => SECRET_WORDS.test(word));
}
