import type { ValueOptions } from './compare-values';
import { difference, type Difference } from './exchange';
import { Unifier } from './unify';

interface Cookie {
  readonly name: string;
  /** Attribute name in lower case to value, with the cookie's own value under ''. */
  readonly attributes: ReadonlyMap<string, string>;
}

export type CookieOptions = Pick<ValueOptions, 'unifier' | 'isSameMasked'>;

/** Compares `Set-Cookie` lines (RFC 6265 section 4.1) by cookie and attribute. `Expires` may be as far apart as the requests were. */
export function compareCookies(
  control: readonly string[],
  candidate: readonly string[],
  options: CookieOptions = {},
): Difference[] {
  const expected = control.map(parseSetCookie);
  const found = candidate.map(parseSetCookie);
  const order = (cookies: readonly Cookie[]): string => cookies.map(({ name }) => name).join(', ');
  if (order(expected) !== order(found)) {
    const kind = found.length < expected.length ? 'missing' : found.length > expected.length ? 'unexpected' : 'value';
    return [difference('header set-cookie', kind, order(expected), order(found))];
  }
  return expected.flatMap((cookie, i) => compareAttributes(cookie, found[i] ?? cookie, options));
}

function compareAttributes(
  expected: Cookie,
  found: Cookie,
  { unifier = new Unifier(), isSameMasked }: CookieOptions,
): Difference[] {
  const differences: Difference[] = [];
  const names = new Set([...expected.attributes.keys(), ...found.attributes.keys()]);
  for (const name of names) {
    const a = expected.attributes.get(name);
    const b = found.attributes.get(name);
    const path = `cookie ${expected.name}${name && `; ${name}`}`;
    if (a !== undefined && b !== undefined && (isSame(name, a, b, unifier) || isSameMasked?.(path, a, b) === true))
      continue;
    const kind = b === undefined ? 'missing' : a === undefined ? 'unexpected' : 'value';
    // The value is a session token as a rule: a report says that it differs, not what it is.
    const [shownA, shownB] = name === '' ? ['(one value)', '(another value)'] : [a, b];
    differences.push(difference(path, kind, shownA, shownB));
  }
  return differences;
}

function isSame(attribute: string, a: string, b: string, unifier: Unifier): boolean {
  if (attribute === '') return unifier.isSameCookie(a, b);
  // In any case (RFC 6265bis section 5.6.7).
  if (attribute === 'samesite') return a.toLowerCase() === b.toLowerCase();
  return attribute === 'expires' ? unifier.isSameExpiry(a, b) : unifier.isSameText(a, b);
}

function parseSetCookie(line: string): Cookie {
  const [pair = '', ...rest] = line.split(';');
  // Without an equals sign it is a value without a name (RFC 6265bis section 5.6).
  const [name, value] = pair.includes('=') ? splitAtEquals(pair) : ['', pair.trim()];
  const attributes = new Map([['', value]]);
  for (const part of rest) {
    const [attribute, text] = splitAtEquals(part);
    attributes.set(attribute.toLowerCase(), text);
  }
  return { name, attributes };
}

function splitAtEquals(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
