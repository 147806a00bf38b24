import { ownProperty } from './own-property';

/** The `cookie` of a stored session as express-session 1.19 rebuilds it. Values are unchecked; `serializeCookie` refuses what cannot be sent. */
export interface StoredCookie {
  /** Milliseconds from the last use to the expiry; absent for a cookie that ends with the browser session. */
  readonly originalMaxAge: number | undefined;
  readonly path: unknown;
  readonly httpOnly: unknown;
  readonly domain: unknown;
  readonly secure: unknown;
  readonly partitioned: unknown;
  readonly priority: unknown;
  readonly sameSite: unknown;
}

/** Reads a session's `cookie`; undefined where express-session fails with 500: none, not an object, or an age that is not a number. */
export function parseStoredCookie(value: unknown): StoredCookie | undefined {
  if (value === undefined || value === null) return undefined;
  if (Boolean(value) && typeof value !== 'object') return undefined;
  const originalMaxAge = ownProperty(value, 'originalMaxAge');
  const maxAge = ownProperty(value, 'maxAge');
  if (!isNumberOrNothing(originalMaxAge) || !isNumberOrNothing(maxAge)) return undefined;
  const attribute = (name: string, fallback?: unknown) =>
    typeof value === 'object' && Object.hasOwn(value, name) ? ownProperty(value, name) : fallback;
  return {
    originalMaxAge: typeof originalMaxAge === 'number' ? originalMaxAge : undefined,
    path: attribute('path', '/'),
    httpOnly: attribute('httpOnly', true),
    domain: attribute('domain'),
    secure: attribute('secure'),
    partitioned: attribute('partitioned'),
    priority: attribute('priority'),
    sameSite: attribute('sameSite'),
  };
}

const isNumberOrNothing = (value: unknown) => typeof value === 'number' || !value;
