import { weakETag } from '../weak-etag';
import { decompress } from './decompress';
import { difference, type Difference, type ObservedResponse } from './exchange';
import { isSameMultipartType } from './multipart';
import { formOfTime, isTimeText } from './time-text';
import type { ValueOptions } from './compare-values';
import type { Unifier } from './unify';

/** What concerns one connection (RFC 9110 section 7.6.1), and cookies, which are compared by attribute. */
const NOT_COMPARED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'set-cookie']);

/** Headers whose lines make one set, so that one line with commas and several lines say the same (RFC 9110 section 5.3). */
const SETS = new Set([
  'vary',
  'allow',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
]);

/** Both sides were asked at about the same time, as far as clocks agree. */
const WEEK = 7 * 86_400_000;

export interface HeaderOptions {
  readonly unifier?: Unifier;
  readonly isSameMasked?: ValueOptions['isSameMasked'];
  /** Of the request; answers to HEAD state the length of a body that they do not have. */
  readonly method?: string | undefined;
}

/** Compares header lines by name. `Content-Length` and an `ETag` of the body are judged by each side's own body. */
export function compareHeaders(
  control: ObservedResponse,
  candidate: ObservedResponse,
  options: HeaderOptions = {},
): Difference[] {
  const expected = byName(control.headers);
  const found = byName(candidate.headers);
  const differences: Difference[] = [];
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    if (NOT_COMPARED.has(name)) continue;
    const a = valueOf(name, expected.get(name));
    const b = valueOf(name, found.get(name));
    if (name === 'content-length') {
      const reported = wrongLength(a, b, control, candidate, options);
      if (reported !== undefined) differences.push(reported);
      continue;
    }
    if (a === b) {
      if (name === 'etag' && isStale(a, control, candidate))
        differences.push(difference('header etag', 'value', `${a}, of the body`, `${a}, of another body`));
      continue;
    }
    if (a === undefined || b === undefined) {
      differences.push(difference(`header ${name}`, b === undefined ? 'missing' : 'unexpected', a, b));
      continue;
    }
    if (name === 'date' && areOfAWeek(a, b)) continue;
    if (name === 'etag' && isWeak(a) === isWeak(b) && isTagOfBody(a, control) && isTagOfBody(b, candidate)) continue;
    if (name === 'content-type' && isSameMultipartType(a, b, control, candidate)) continue;
    const isSame = name === 'expires' ? options.unifier?.isSameExpiry(a, b) : options.unifier?.isSameText(a, b);
    const path = `header ${name}`;
    if (isSame !== true && options.isSameMasked?.(path, a, b) !== true)
      differences.push(difference(path, 'value', a, b));
  }
  return differences;
}

/** Lengths may differ only where each is that of its body. */
function wrongLength(
  a: string | undefined,
  b: string | undefined,
  control: ObservedResponse,
  candidate: ObservedResponse,
  { method }: HeaderOptions,
): Difference | undefined {
  const isTrue = (value: string, response: ObservedResponse): boolean => value === String(response.body.length);
  const hasBody = (response: ObservedResponse): boolean =>
    method !== 'HEAD' && response.statusCode !== 304 && response.statusCode !== 204;
  if (a === undefined || b === undefined)
    return difference('header content-length', b === undefined ? 'missing' : 'unexpected', a, b);
  if (hasBody(candidate) && !isTrue(b, candidate) && isTrue(a, control))
    return difference('header content-length', 'value', a, `${b}, but the body has ${candidate.body.length} bytes`);
  if (a === b || (hasBody(control) && hasBody(candidate) && isTrue(a, control) && isTrue(b, candidate)))
    return undefined;
  return difference('header content-length', 'value', a, b);
}

/** The same tag on bodies that are not the same, although the control's is made of its body: caches would never notice. */
function isStale(tag: string | undefined, control: ObservedResponse, candidate: ObservedResponse): boolean {
  const [a, b] = [control.body, candidate.body];
  if (tag === undefined || !Buffer.isBuffer(a) || !Buffer.isBuffer(b) || b.length === 0 || a.equals(b)) return false;
  return isTagOfBody(tag, control) && !isTagOfBody(tag, candidate);
}

const areOfAWeek = (a: string, b: string): boolean =>
  isTimeText(a) && isTimeText(b) && formOfTime(a) === formOfTime(b) && Math.abs(Date.parse(a) - Date.parse(b)) <= WEEK;

const isWeak = (tag: string): boolean => tag.startsWith('W/');

/** As Express makes it: of the body before compression, weak or strong. */
function isTagOfBody(tag: string, response: ObservedResponse): boolean {
  const { body } = response;
  if (!Buffer.isBuffer(body) || body.length === 0) return false;
  const opaque = tag.replace(/^W\//, '');
  return [...new Set([body, decompress(response, body)])].some((bytes) => weakETag(bytes) === `W/${opaque}`);
}

function byName(headers: ObservedResponse['headers']): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const values = named.get(lower);
    if (values === undefined) named.set(lower, [value]);
    else values.push(value);
  }
  return named;
}

function valueOf(name: string, lines: readonly string[] | undefined): string | undefined {
  // Each link begins with `<`, on a line of its own or behind a comma (RFC 8288 section 3).
  if (name === 'link') return lines?.flatMap((line) => line.split(/,\s*(?=<)/)).join(', ');
  if (lines === undefined || !SETS.has(name)) return lines?.join('\n');
  return lines
    .flatMap((line) => line.split(','))
    .map((item) => item.trim().toLowerCase())
    .sort()
    .join(', ');
}
