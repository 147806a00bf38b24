import { gzipSync } from 'node:zlib';
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

const multipart = (members: readonly [string, unknown][]): string =>
  `${members.map(([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`).join('')}--edge--\r\n`;

const FORM = 'application/x-www-form-urlencoded';

export const BODY_VARIATIONS: readonly Variation[] = [
  typed('application/json; charset=utf-8'),
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
  body('gzip of what is larger than parsers take (trap 11)', (request) => ({
    ...withHeaders(request, { 'Content-Encoding': 'gzip' }),
    body: gzipSync(`${String(request.body)}${' '.repeat(LIMIT)}`),
  })),
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
