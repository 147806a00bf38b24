import { createHash } from 'node:crypto';
import { compareValueSteps, memberPath, type ValueOptions } from './compare-values';
import { decompress } from './decompress';
import { compareHtmlSteps } from './html/compare-html';
import { parseJson } from '../session/parse-json';
import { difference, headerValues, type Difference, type ObservedResponse } from './exchange';
import { spellingOf, type JsonSpelling } from './json-spelling';
import { isSameMultipart } from './multipart';
import { preview } from './preview';
import type { Steps } from './steps';

/** Lines of a text that are reported; one is mostly enough. */
const MAX_LINES = 20;

/** Lines of a text looked at between two yields. */
const STEP = 500;

/** Compares bodies, decompressed, by their content type: JSON by structure, HTML by element, text by line, the rest by hash and length. */
export function* compareBodySteps(
  control: ObservedResponse,
  candidate: ObservedResponse,
  options: ValueOptions = {},
): Steps<Difference[]> {
  if (!Buffer.isBuffer(control.body) || !Buffer.isBuffer(candidate.body)) return compareDigests(control, candidate);
  if (control.body.equals(candidate.body)) return [];
  if (control.body.length === 0) return [difference('body', 'unexpected', undefined, textOf(candidate.body))];
  if (candidate.body.length === 0) return [difference('body', 'missing', textOf(control.body), undefined)];
  const a = decompress(control, control.body);
  yield;
  const b = decompress(candidate, candidate.body);
  yield;
  // Compressed in another way.
  if (a.equals(b) || isSameMultipart([control, a], [candidate, b])) return [];
  const type = contentType(control);
  const expected = utf8(a);
  yield;
  const found = utf8(b);
  yield;
  if (expected !== undefined && found !== undefined) {
    if (/[/+]json\b/.test(type)) {
      const left = parseJson(expected);
      yield;
      const right = parseJson(found);
      yield;
      if (left !== undefined && right !== undefined) {
        const { noting, hasForgiven } = notingForgiven(options);
        const differences = yield* compareValueSteps('body $', left, right, noting);
        if (differences.length > 0) return differences;
        const spelt = yield* compareSpelling({ text: expected, value: left }, { text: found, value: right }, options);
        // Where a rule forgives another value, or another order, bytes cannot be the same.
        if (spelt.length > 0 || hasForgiven() || !promisesBytes(control, candidate)) return spelt;
        return compareBytes(expected, found, options);
      }
      // A page instead of JSON: where it begins is enough.
      if (left !== undefined || right !== undefined) return (yield* compareTexts(expected, found, options)).slice(0, 1);
    }
    if (JSON_LINES.test(type)) {
      const left = yield* parseLines(expected);
      const right = yield* parseLines(found);
      if (left !== undefined && right !== undefined) {
        const differences = yield* compareValueSteps('body $', left, right, options);
        if (differences.length > 0) return differences;
        const [one, other] = [listOf(expected), listOf(found)];
        return yield* compareSpelling({ text: one, value: left }, { text: other, value: right }, options);
      }
    }
    if (HTML.test(type) && HTML.test(contentType(candidate))) {
      const differences = yield* compareHtmlSteps(expected, found, options);
      if (differences !== undefined) return differences;
    }
    if (/^text\/|[/+](json|xml|javascript|x-www-form-urlencoded)\b/.test(type))
      return yield* compareTexts(expected, found, options);
  }
  const hash = fingerprint(a);
  yield;
  return [difference('body', 'value', hash, fingerprint(b))];
}

function contentType(response: ObservedResponse): string {
  return headerValues(response, 'content-type')[0]?.toLowerCase() ?? '';
}

function compareDigests(control: ObservedResponse, candidate: ObservedResponse): Difference[] {
  const [a, b] = [control.body, candidate.body].map((body) =>
    Buffer.isBuffer(body) ? fingerprint(body) : digest(body),
  );
  return a === b ? [] : [difference('body', 'value', a, b)];
}

/** Whether an answer says what its bytes are, by a digest, a signature or a strong tag that both have, or is to be kept as a file. */
function promisesBytes(control: ObservedResponse, candidate: ObservedResponse): boolean {
  return control.headers.some(
    ([name, value]) =>
      /^(?:content-md5|(?:content-|repr-)?digest|(?:.*-)?signature(?:-.*)?)$/i.test(name) ||
      (/^etag$/i.test(name) && value.startsWith('"') && headerValues(candidate, 'etag')[0] === value) ||
      (/^content-disposition$/i.test(name) && /^attachment\b/i.test(value)),
  );
}

/** The same options, and whether a rule has forgiven something by them. */
function notingForgiven(options: ValueOptions): { readonly noting: ValueOptions; readonly hasForgiven: () => boolean } {
  let count = 0;
  const noting: ValueOptions = {
    ...options,
    isSameMasked(...place) {
      const isSame = options.isSameMasked?.(...place) === true;
      if (isSame) count += 1;
      return isSame;
    },
    setAt(path) {
      const set = options.setAt?.(path);
      if (set !== undefined) count += 1;
      return set;
    },
  };
  return { noting, hasForgiven: () => count > 0 };
}

/** Of texts of the same value: white space, a line end at the end, order of members. */
function compareBytes(control: string, candidate: string, { unifier }: ValueOptions): Difference[] {
  if (unifier?.isSameText(control, candidate) === true) return [];
  return [around('body spelling', control, candidate)];
}

interface Parsed {
  readonly text: string;
  readonly value: unknown;
}

/** Texts of the same value that a client in another language reads differently. */
function* compareSpelling(control: Parsed, candidate: Parsed, options: ValueOptions): Steps<Difference[]> {
  if (isPlain(control) && isPlain(candidate)) return [];
  const a = yield* spellingOf(control.text, memberPath);
  const b = yield* spellingOf(candidate.text, memberPath);
  return [...(yield* compareNumbers(a, b, options)), ...compareRepeated(control.text, candidate.text, a, b, options)];
}

/** Numbers looked at between two yields. */
const NUMBERS = 1_000;

/** Writing longer values out again would hold the event loop. */
const MAX_PLAIN = 256 * 1024;

/** Whether JavaScript would write the value as it is written: the quick way to know that there is nothing odd in it. */
function isPlain({ text, value }: Parsed): boolean {
  try {
    return text.length <= MAX_PLAIN && JSON.stringify(value) === text;
  } catch {
    // Deeper than the stack is.
    return false;
  }
}

function* compareNumbers(a: JsonSpelling, b: JsonSpelling, { unifier, setAt }: ValueOptions): Steps<Difference[]> {
  const general = (path: string): string =>
    setAt === undefined
      ? path
      : path.replaceAll(/\[\d+\]/g, (index, at: number) =>
          setAt(`body ${path.slice(0, at)}`) === undefined ? index : '[*]',
        );
  const byPath = new Map<string, [string[], string[]]>();
  const put = (side: 0 | 1, path: string, spelling: string): void => {
    const both = byPath.get(path) ?? [[], []];
    both[side].push(spelling);
    byPath.set(path, both);
  };
  for (let i = 0; i < Math.max(a.numbers.length, b.numbers.length); i += 1) {
    if (i % NUMBERS === 0) yield;
    const [[pathA, spellingA] = [], [pathB, spellingB] = []] = [a.numbers[i], b.numbers[i]];
    if (pathA === pathB && spellingA === spellingB) continue;
    if (pathA !== undefined && spellingA !== undefined)
      put(0, general(unifier?.forCandidate(pathA) ?? pathA), spellingA);
    if (pathB !== undefined && spellingB !== undefined) put(1, general(pathB), spellingB);
  }
  const differences: Difference[] = [];
  for (const [path, [expected, found]] of byPath) {
    if (expected.sort().join(' ') === found.sort().join(' ')) continue;
    const usual = (others: readonly string[]): string => others.map((one) => preview(Number(one))).join(' ');
    differences.push(
      difference(`body ${path}`, 'value', expected.join(' ') || usual(found), found.join(' ') || usual(expected)),
    );
  }
  return differences;
}

function compareRepeated(
  control: string,
  candidate: string,
  { repeated: a }: JsonSpelling,
  { repeated: b }: JsonSpelling,
  { unifier }: ValueOptions,
): Difference[] {
  const [path] = [...b, ...a];
  if (path === undefined || unifier?.isSameText(control, candidate) === true) return [];
  const shown = (paths: readonly string[]): string =>
    paths.length === 0 ? 'each name once' : `repeated: ${paths.join(', ')}`;
  const [expected, found] = [shown(a), shown(b)];
  return [
    difference(
      `body ${path} (repeated name)`,
      'value',
      expected,
      expected === found ? `${found}, with other values` : found,
    ),
  ];
}

function* compareTexts(
  control: string,
  candidate: string,
  { unifier, isSameMasked }: ValueOptions,
): Steps<Difference[]> {
  const [a, b] = [control.split('\n'), candidate.split('\n')];
  const differences: Difference[] = [];
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length && differences.length < MAX_LINES; i += 1) {
    if (i % STEP === 0) yield;
    const [expected, found] = [a[i], b[i]];
    if (expected === found) continue;
    const path = `body line ${i + 1}`;
    if (expected === undefined) differences.push(difference(path, 'unexpected', undefined, found));
    else if (found === undefined) differences.push(difference(path, 'missing', expected, undefined));
    else if (unifier?.isSameText(expected, found) !== true && isSameMasked?.(path, expected, found) !== true)
      differences.push(around(path, expected, found));
  }
  return differences;
}

/** Of two lines that differ, what stands near the first differing character. */
function around(path: string, control: string, candidate: string): Difference {
  let at = 0;
  while (control[at] === candidate[at]) at += 1;
  const from = Math.max(0, at - 20);
  return difference(path, 'value', control.slice(from, from + 120), candidate.slice(from, from + 120));
}

const HTML = /^text\/html\b/;

/** A JSON value on each line (NDJSON, JSON Lines), or after each record separator (RFC 7464). */
const JSON_LINES = /[/+](x-)?(ndjson|jsonlines|jsonl|json-seq)\b/;

function linesOf(text: string): readonly string[] {
  return text.split(/[\n\x1e]/).filter((line) => line.trim() !== '');
}

const listOf = (text: string): string => `[${linesOf(text).join(',')}]`;

function* parseLines(text: string): Steps<unknown[] | undefined> {
  const values: unknown[] = [];
  for (const [i, line] of linesOf(text).entries()) {
    if (i % STEP === 0) yield;
    const parsed = parseJson(line);
    if (parsed === undefined) return undefined;
    values.push(parsed);
  }
  return values;
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

function fingerprint(body: Buffer): string {
  return digest({ length: body.length, sha256: createHash('sha256').update(body).digest('hex') });
}

function digest({ length, sha256 }: { readonly length: number; readonly sha256: string }): string {
  return `${length} bytes, sha256 ${sha256}`;
}
