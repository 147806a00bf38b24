import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { compareValueSteps, type ValueOptions } from './compare-values';
import { difference, headerValues, MAX_BUFFERED_BODY, type Difference, type ObservedResponse } from './exchange';
import { unusualNumbers } from './json-numbers';
import type { Steps } from './steps';

/** Lines of a text that are told; one is mostly enough. */
const MAX_LINES = 20;

/**
 * Compares bodies by what their content type says they are: JSON by structure, text and HTML line by line, the rest by hash
 * and length. Bodies that were not kept are compared by hash and length whatever their type. Compressed bodies are compared
 * as what they hold.
 */
export function* compareBodySteps(
  control: ObservedResponse,
  candidate: ObservedResponse,
  options: ValueOptions = {},
): Steps<Difference[]> {
  if (!Buffer.isBuffer(control.body) || !Buffer.isBuffer(candidate.body)) return compareDigests(control, candidate);
  if (control.body.equals(candidate.body)) return [];
  if (control.body.length === 0) return [difference('body', 'unexpected', undefined, textOf(candidate.body))];
  if (candidate.body.length === 0) return [difference('body', 'missing', textOf(control.body), undefined)];
  const [a, b] = [decompress(control, control.body), decompress(candidate, candidate.body)];
  yield;
  const type = headerValues(control, 'content-type')[0]?.toLowerCase() ?? '';
  const [expected, found] = [utf8(a), utf8(b)];
  if (expected !== undefined && found !== undefined) {
    if (/[/+]json\b/.test(type)) {
      yield;
      const left = parseJson(expected);
      yield;
      const right = parseJson(found);
      yield;
      if (left !== undefined && right !== undefined) {
        const differences = yield* compareValueSteps('body $', left.value, right.value, options);
        return differences.length > 0 ? differences : yield* compareNumbers(expected, found);
      }
    }
    if (/^text\/|[/+](json|xml|javascript|x-www-form-urlencoded)\b/.test(type))
      return compareTexts(expected, found, options);
  }
  return a.equals(b) ? [] : [difference('body', 'value', fingerprint(a), fingerprint(b))];
}

function compareDigests(control: ObservedResponse, candidate: ObservedResponse): Difference[] {
  const [a, b] = [control.body, candidate.body].map((body) =>
    Buffer.isBuffer(body) ? fingerprint(body) : digest(body),
  );
  return a === b ? [] : [difference('body', 'value', a, b)];
}

function* compareNumbers(control: string, candidate: string): Steps<Difference[]> {
  const a = yield* unusualNumbers(control);
  const b = yield* unusualNumbers(candidate);
  if (a.join() === b.join()) return [];
  const shown = (list: readonly string[]): string =>
    list.length === 0 ? 'numbers as JavaScript writes them' : list.join(', ');
  return [difference('body (spelling of numbers)', 'value', shown(a), shown(b))];
}

function compareTexts(control: string, candidate: string, { unifier }: ValueOptions): Difference[] {
  const [a, b] = [control.split('\n'), candidate.split('\n')];
  const differences: Difference[] = [];
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length && differences.length < MAX_LINES; i += 1) {
    const [expected, found] = [a[i], b[i]];
    if (expected === found) continue;
    const path = `body line ${i + 1}`;
    if (expected === undefined) differences.push(difference(path, 'unexpected', undefined, found));
    else if (found === undefined) differences.push(difference(path, 'missing', expected, undefined));
    else if (unifier?.isSameText(expected, found) !== true) differences.push(around(path, expected, found));
  }
  return differences;
}

/** Of a long line, what stands near the first differing character. */
function around(path: string, control: string, candidate: string): Difference {
  let at = 0;
  while (at < control.length && control[at] === candidate[at]) at += 1;
  const from = Math.max(0, at - 20);
  return difference(path, 'value', control.slice(from, from + 120), candidate.slice(from, from + 120));
}

/** What the body holds; the body itself when it cannot be decompressed, or into too much. */
function decompress(response: ObservedResponse, body: Buffer): Buffer {
  const limit = { maxOutputLength: MAX_BUFFERED_BODY };
  try {
    switch (headerValues(response, 'content-encoding')[0]?.toLowerCase()) {
      case 'gzip':
        return gunzipSync(body, limit);
      case 'br':
        return brotliDecompressSync(body, limit);
      case 'deflate':
        return inflateSync(body, limit);
      default:
        return body;
    }
  } catch {
    return body;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(body: Buffer): string | undefined {
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}

function textOf(body: Buffer): string {
  return utf8(body.subarray(0, 1_000)) ?? fingerprint(body);
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function fingerprint(body: Buffer): string {
  return digest({ length: body.length, sha256: createHash('sha256').update(body).digest('hex') });
}

function digest({ length, sha256 }: { readonly length: number; readonly sha256: string }): string {
  return `${length} bytes, sha256 ${sha256}`;
}
