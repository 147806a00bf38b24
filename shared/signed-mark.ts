import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a mark is for; a mark of one kind is never taken for another. */
export type MarkPurpose = 'shadow' | 'force';

/** Request header of a mark. Inbound ones never pass the proxy. */
export const SHADOW_HEADER = 'x-banyan-shadow';
export const FORCE_HEADER = 'x-banyan-force';

/** Longer is not a mark. */
const MAX_LENGTH = 200;

/** A short-lived statement that only a holder of the session secret can make: `<value>.<expires>.<signature>`, by the first secret. */
export function signMark(purpose: MarkPurpose, value: string, secrets: readonly string[], expires: Date): string {
  const [secret] = secrets;
  if (secret === undefined) throw new TypeError('a mark needs a secret');
  const statement = `${value}.${Math.floor(expires.getTime() / 1000)}`;
  return `${statement}.${signatureOf(purpose, statement, secret)}`;
}

/** The value of a mark that one of the secrets has signed and that has not expired; undefined for anything else. */
export function readMark(
  purpose: MarkPurpose,
  mark: string | undefined,
  secrets: readonly string[],
  now: Date,
): string | undefined {
  if (mark === undefined || mark.length > MAX_LENGTH) return undefined;
  const [, statement, value, expires, signature] =
    /^(([A-Za-z0-9-]+)\.(\d{1,12}))\.([A-Za-z0-9_-]{43})$/.exec(mark) ?? [];
  if (statement === undefined || signature === undefined) return undefined;
  const given = Buffer.from(signature);
  const isSigned = secrets.some((secret) =>
    timingSafeEqual(given, Buffer.from(signatureOf(purpose, statement, secret))),
  );
  return isSigned && Number(expires) * 1000 > now.getTime() ? value : undefined;
}

/** Under a key of its own, so that it is no signature of anything else that the secret signs. */
function signatureOf(purpose: MarkPurpose, statement: string, secret: string): string {
  const key = createHmac('sha256', secret).update(`banyan ${purpose}`).digest();
  return createHmac('sha256', key).update(statement).digest('base64url');
}
