import type { Condition } from '../route-table/schema';
import type { Route } from '../route-table/route';

/** Text as a regular expression (PCRE) that stands in a quoted string of nginx, where a backslash before these signs is kept. */
export function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]]/g, '\\$&');
}

/** Matches `METHOD request-target` as the route does: Express's rules on the raw path; HEAD follows GET. Captures `banyan_1`, `banyan_2`, ... Pure. */
export function requestPattern({ method, segments = [] }: Route): string {
  let param = 0;
  const path = segments
    .map((segment) => (segment.kind === 'static' ? `/${literal(segment.text)}` : `/(?<banyan_${(param += 1)}>[^/?#]+)`))
    .join('');
  return `~*^${method === 'GET' ? '(?:GET|HEAD)' : method} ${path}/?(?:\\?[^#]*)?$`;
}

/** The path that API Gateway knows, with the captures of {@link requestPattern}. Pure. */
export function gatewayPath({ segments = [] }: Route): string {
  let param = 0;
  const path = segments
    .map((segment) => (segment.kind === 'static' ? `/${segment.text}` : `/$banyan_${(param += 1)}`))
    .join('');
  return path === '' ? '/' : path;
}

/** Matches decimal numbers above `limit`. Pure. */
export function above(limit: number): string {
  const digits = String(limit);
  const larger = Array.from(digits, (digit, place) => ({ digit, place })).flatMap(({ digit, place }) =>
    digit === '9' ? [] : [`${digits.slice(0, place)}[${Number(digit) + 1}-9][0-9]{${digits.length - place - 1}}`],
  );
  return `0*(?:${[`[1-9][0-9]{${digits.length},}`, ...larger].join('|')})`;
}

/** Matches a `Cookie` header whose first cookie of that name begins with `value`. Pure. */
export function cookiePattern(name: string, value = ''): string {
  const cookie = `[ \\t]*${literal(name)}[ \\t]*=`;
  return `^(?:(?!${cookie})[^;]*;)*${cookie}${value}`;
}

/** What a condition looks at, and what that begins with where it is met. A parameter's name in another spelling counts as met: legacy answers. Pure. */
export function conditionPattern(condition: Condition): { readonly variable: string; readonly pattern: string } {
  if ('header' in condition)
    return { variable: `$http_${condition.header.toLowerCase().replaceAll('-', '_')}`, pattern: '.' };
  if ('cookie' in condition)
    return { variable: '$http_cookie', pattern: `(?:.*;)?[ \\t]*${literal(condition.cookie)}[ \\t]*(?:=|;|$)` };
  return {
    variable: '$banyan_query',
    pattern: `.*[?&](?:${literal(condition.query)}(?:[=&]|$)|[^=&]*[%+])`,
  };
}

const CONTINUED = '%[89ab][0-9a-f]';
/** Percent-encoded text that `decodeURIComponent` takes: well-formed UTF-8 (RFC 3629 section 4). */
const DECODABLE = [
  '[^%]',
  '%[0-7][0-9a-f]',
  `%(?:c[2-9a-f]|d[0-9a-f])${CONTINUED}`,
  `%e0%[ab][0-9a-f]${CONTINUED}`,
  `%e(?:[1-9a-cef])(?:${CONTINUED}){2}`,
  `%ed%[89][0-9a-f]${CONTINUED}`,
  `%f0%[9ab][0-9a-f](?:${CONTINUED}){2}`,
  `%f[1-3](?:${CONTINUED}){3}`,
  `%f4%8[0-9a-f](?:${CONTINUED}){2}`,
].join('|');

/** Request targets that API Gateway would read otherwise than Express (traps 6 and 7), or not at all. `room`: in characters and bytes. */
export function oddTargets(room: { readonly targetCharacters: number; readonly pathBytes: number }): readonly string[] {
  return [
    '[^\\x21-\\x7e]',
    '^[^?]*(?:\\x5c|%(?:2f|5c|00))',
    '^[^?]*/(?:\\.|%2e){1,2}(?:/|\\?|$)',
    '^[^?]*\\?.*["<>\\x5c^`{|};]',
    '[?&](?:x|%78|%58)(?:-|%2d)(?:a|%61|%41)(?:m|%6d|%4d)(?:z|%7a|%5a)(?:-|%2d)',
    `^[^?]{${room.pathBytes}}`,
    `^.{${room.targetCharacters}}`,
    `^(?!(?:${DECODABLE})*+$)`,
  ];
}
