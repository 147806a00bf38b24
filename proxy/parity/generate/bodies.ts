import { deflateSync, gzipSync } from 'node:zlib';
import { isRecord } from '../../../shared/config/faults';
import { parseJson } from '../../../shared/session/parse-json';
import type { Random } from './random';
import { pairsFor } from './set-field';
import { hasBody, withHeaders, type DraftRequest, type Variation } from './variation';

const JSON_TYPE = 'application/json';
const body = (name: string, apply: Variation['apply'], applies: Variation['applies'] = hasBody): Variation => ({
  name,
  group: 'body',
  applies,
  apply,
});
const typed = (type: string, content?: string): Variation =>
  body(`Content-Type: ${type} (trap 11)`, (request) => ({
    ...withHeaders(request, { 'Content-Type': type }),
    ...(content !== undefined && { body: content }),
  }));
const raw = (name: string, content: string): Variation =>
  body(`${name} (trap 9)`, (request) => ({ ...withHeaders(request, { 'Content-Type': JSON_TYPE }), body: content }));

function membersOf({ body: content }: DraftRequest): [string, unknown][] {
  if (typeof content !== 'string') return [];
  const value = parseJson(content);
  return isRecord(value) ? Object.entries(value) : [];
}

const member = (
  name: string,
  change: (members: [string, unknown][], random: Random) => readonly [string, unknown][],
): Variation =>
  body(
    name,
    (request, random) => ({ ...request, body: JSON.stringify(Object.fromEntries(change(membersOf(request), random))) }),
    (request) => membersOf(request).length > 0,
  );

/** The known body, written in another way. */
const written = (
  name: string,
  write: (text: string, members: readonly [string, unknown][]) => string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Variation =>
  body(
    name,
    (request) => ({ ...withHeaders(request, headers), body: write(String(request.body), membersOf(request)) }),
    (request) => membersOf(request).length > 0,
  );

/** What express.json() and express.urlencoded() take at most. */
const LIMIT = 102_400;
const paddedTo = (bytes: number): Variation =>
  written(
    `${bytes} bytes, around the limit of parsers (trap 10)`,
    (text) => text + ' '.repeat(Math.max(0, bytes - Buffer.byteLength(text))),
  );

const escaped = (text: string): string =>
  text.replaceAll(/"[a-z]/gi, (start) => `"\\u00${start.charCodeAt(1).toString(16)}`);

const toForm = (_text: string, members: readonly [string, unknown][]): string =>
  members.flatMap(([name, value]) => pairsFor(encodeURIComponent(name), value)).join('&');

/** A list as the members of an object that has holes: `a[10]=x&a[20]=y`. */
const byIndex = ([name, value]: readonly [string, unknown]): [string, unknown] => [
  name,
  Array.isArray(value) ? Object.fromEntries(value.map((item: unknown, i) => [10 * (i + 1), item])) : value,
];

const multipart = (members: readonly [string, unknown][]): string =>
  `${members.map(([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`).join('')}--edge--\r\n`;

const FORM = 'application/x-www-form-urlencoded';
/** How many parameters express.urlencoded() takes, how deep it goes, and how long its lists are (qs 6). */
const [MOST_PARAMETERS, DEEPEST, LONGEST_LIST] = [1_000, 32, 100];

/** The known body as a form, and more behind it. */
const form = (name: string, more: (pairs: number) => string): Variation =>
  written(
    `as a form with ${name} (trap 11)`,
    (text, members) => {
      const known = toForm(text, members);
      return `${known}&${more(known.split('&').length)}`;
    },
    { 'Content-Type': FORM },
  );
const times = (count: number, pair: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => pair(i)).join('&');
const nested = (levels: number): string => `deep${'[a]'.repeat(levels)}=1`;

export const BODY_VARIATIONS: readonly Variation[] = [
  typed('application/json; charset=utf-8'),
  typed('application/json; charset="utf-8"'),
  typed('application/json; charset="u\\tf-8"'),
  typed('application/json ; charset=utf-8 ; version=1'),
  typed('application/json; charset=latin2; charset=utf-8'),
  typed('application/json; Charset=latin2'),
  typed('application/json; charset=""'),
  typed('application/json; charset'),
  typed('application/json; charset="utf-8'),
  typed('application/json version=1'),
  typed('application/json+x'),
  typed('application/json; charset=UTF-16'),
  typed('application/json; charset=latin2'),
  typed('APPLICATION/JSON'),
  typed('application/json;'),
  typed('application/json, text/plain'),
  typed('application/vnd.api+json'),
  typed('text/plain'),
  typed('text/json'),
  typed(FORM),
  typed('multipart/form-data'),
  typed(''),
  body('no Content-Type (trap 11)', ({ headers, ...request }) => ({
    ...request,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type')),
  })),
  written('as a form (trap 11)', toForm, { 'Content-Type': FORM }),
  ...[MOST_PARAMETERS, MOST_PARAMETERS + 1].map((count) =>
    form(`${count} parameters`, (known) => times(count - known, (i) => `p${i}`)),
  ),
  ...[DEEPEST, DEEPEST + 1].map((levels) => form(`${levels} levels`, () => nested(levels))),
  ...[LONGEST_LIST, LONGEST_LIST + 1].map((count) =>
    form(`a list of ${count}`, () => times(count, (i) => `list[]=${i}`)),
  ),
  form(
    'odd names',
    () => 'a[b]=1&a=2&b.c=3&[d]=4&e[=5&f[1]=x&f[0]=y&__proto__[g]=6&hasOwnProperty=7&h=a+b%20c&i=%E9&=j&k',
  ),
  written('as a form with lists by index (trap 11)', (text, members) => toForm(text, members.map(byIndex)), {
    'Content-Type': FORM,
  }),
  written('as a form in Latin-1 (trap 11)', toForm, {
    'Content-Type': `${FORM}; charset=iso-8859-1`,
  }),
  written('as parts of a form (trap 11)', (_text, members) => multipart(members), {
    'Content-Type': 'multipart/form-data; boundary=edge',
  }),
  written('behind a byte order mark (trap 11)', (text) => `\uFEFF${text}`),
  written('in UTF-16 (trap 11)', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le'), {
    'Content-Type': `${JSON_TYPE}; charset=utf-16`,
  }),
  written('with a byte that is no UTF-8 (trap 11)', (text) =>
    Buffer.from(text.replace(/"([^"]*)"\}?$/, '"\xFF$1"}'), 'latin1'),
  ),
  written('in white space', (text) => `\r\n\t ${text} \n`),
  written('letters escaped', escaped),
  written('a comma behind the last (trap 9)', (text) => text.replace(/\}$/, ',}')),
  written('a second value behind (trap 9)', (text) => `${text}{}`),
  written('as text in JSON (trap 9)', (text) => JSON.stringify(text)),
  written('in a list (trap 9)', (text) => `[${text}]`),
  ...[LIMIT - 1, LIMIT, LIMIT + 1].map(paddedTo),
  raw('malformed JSON', '{"a": '),
  raw('JSON behind a form feed', '\f{}'),
  raw('JSON behind a space that is none of JSON', '\u00A0{}'),
  raw('true in JSON', 'true'),
  raw('a JSON text', '"a"'),
  raw('a JSON number', '1'),
  raw('JSON null', 'null'),
  raw('a JSON list', '[]'),
  raw('an empty object', '{}'),
  raw('an empty body', ''),
  raw('white space', ' \n '),
  raw('a prototype', '{"__proto__":{"a":"x"},"constructor":1}'),
  raw('deep nesting', `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`),
  body('gzip (trap 11)', (request) => ({
    ...withHeaders(request, { 'Content-Encoding': 'gzip' }),
    body: gzipSync(request.body ?? ''),
  })),
  ...['GZIP', 'identity', 'x-gzip', 'gzip, gzip'].map((coding) =>
    body(`Content-Encoding: ${coding} (trap 11)`, (request) => ({
      ...withHeaders(request, { 'Content-Encoding': coding }),
      body: coding === 'identity' ? (request.body ?? '') : gzipSync(request.body ?? ''),
    })),
  ),
  body('deflate (trap 11)', (request) => ({
    ...withHeaders(request, { 'Content-Encoding': 'deflate' }),
    body: deflateSync(request.body ?? ''),
  })),
  body('half of a gzip (trap 11)', (request) => ({
    ...withHeaders(request, { 'Content-Encoding': 'gzip' }),
    body: gzipSync(request.body ?? '').subarray(0, -9),
  })),
  ...[LIMIT, LIMIT + 1].map((bytes) =>
    body(`gzip of ${bytes} bytes, around the limit of parsers (trap 11)`, (request) => ({
      ...withHeaders(request, { 'Content-Encoding': 'gzip' }),
      body: gzipSync(String(request.body).padEnd(bytes)),
    })),
  ),
  body('gzip of what is larger than parsers take (trap 11)', (request) => ({
    ...withHeaders(request, { 'Content-Encoding': 'gzip' }),
    body: gzipSync(`${String(request.body)}${' '.repeat(LIMIT)}`),
  })),
  ...['gzip', 'br'].map((coding) =>
    body(`nothing, as ${coding} (trap 11)`, (request) => ({
      ...withHeaders(request, { 'Content-Encoding': coding }),
      body: '',
    })),
  ),
  body('br that is none (trap 11)', (request) => withHeaders(request, { 'Content-Encoding': 'br' })),
  member('one field less', (members, random) => {
    const [chosen] = random.pick(members);
    return members.filter(([key]) => key !== chosen);
  }),
  member('fields that clients may not set', (members) => [
    ...members,
    ...['id', '_id', '__v', 'userId', 'role', 'createdAt', 'updatedAt'].map((name): [string, unknown] => [
      name,
      'mine',
    ]),
  ]),
  member('fields in reverse', (members) => [...members].reverse()),
  member('every name in capitals', (members) => members.map(([name, value]) => [name.toUpperCase(), value])),
];
