import type { StoredCookie } from './stored-cookie';

// The grammars of RFC 6265 section 4.1.1 (domain: RFC 1034 and 1123) in the reading of the `cookie` package 0.7.
const DOMAIN = /^\.?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const PATH = /^[\u0020-\u003A\u003D-\u007E]*$/;
const PRIORITIES = { low: 'Low', medium: 'Medium', high: 'High' } as const;
const SAME_SITES = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;

/** A Set-Cookie value byte for byte as `cookie.serialize` 0.7; undefined where that would throw. Never Max-Age: express-session passes none. */
export function serializeCookie(
  name: string,
  value: string,
  cookie: StoredCookie,
  expires: Date | undefined,
): string | undefined {
  const domain = matching(cookie.domain, DOMAIN);
  const path = matching(cookie.path, PATH);
  const priority = word(cookie.priority, PRIORITIES);
  const sameSite = cookie.sameSite === true ? 'Strict' : word(cookie.sameSite, SAME_SITES);
  if (domain === undefined || path === undefined || priority === undefined || sameSite === undefined) return undefined;
  if (expires !== undefined && Number.isNaN(expires.getTime())) return undefined;
  return [
    `${name}=${encodeURIComponent(value)}`,
    domain && `Domain=${domain}`,
    path && `Path=${path}`,
    expires && `Expires=${expires.toUTCString()}`,
    Boolean(cookie.httpOnly) && 'HttpOnly',
    Boolean(cookie.secure) && 'Secure',
    Boolean(cookie.partitioned) && 'Partitioned',
    priority && `Priority=${priority}`,
    sameSite && `SameSite=${sameSite}`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** The text, '' for any falsy value (the attribute is left out), undefined when it may not be sent. */
function matching(value: unknown, grammar: RegExp): string | undefined {
  if (!value) return '';
  try {
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- `cookie` tests and writes what the value becomes as text
    const text = String(value);
    return grammar.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function word<T extends string>(value: unknown, words: Readonly<Record<string, T>>): T | '' | undefined {
  if (!value) return '';
  if (typeof value !== 'string') return undefined;
  const key = value.toLowerCase();
  return Object.hasOwn(words, key) ? words[key] : undefined;
}
