import { gzipSync } from 'node:zlib';
import { isRecord } from '../../../shared/config/faults';
import { parseJson } from '../../../shared/session/parse-json';
import type { Random } from './random';
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
  change: (members: [string, unknown][], random: Random) => [string, unknown][],
): Variation =>
  body(
    name,
    (request, random) => ({ ...request, body: JSON.stringify(Object.fromEntries(change(membersOf(request), random))) }),
    (request) => membersOf(request).length > 0,
  );
const replaceOne = (name: string, value: unknown): Variation =>
  member(name, (members, random) => {
    const [chosen] = random.pick(members);
    return members.map(([key, old]) => [key, key === chosen ? value : old]);
  });

export const BODY_VARIATIONS: readonly Variation[] = [
  typed('application/json; charset=utf-8'),
  typed('application/json; charset=UTF-16'),
  typed('application/json; charset=latin2'),
  typed('APPLICATION/JSON'),
  typed('application/vnd.api+json'),
  typed('text/plain'),
  typed('text/json'),
  typed(
    'application/x-www-form-urlencoded',
    'title=From+a+form&startsAt=2031-05-01T18%3A00%3A00Z&tags[]=a&name=b&type=view',
  ),
  typed('multipart/form-data'),
  body('no Content-Type (trap 11)', ({ headers, ...request }) => ({
    ...request,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type')),
  })),
  raw('malformed JSON', '{"title": '),
  raw('a JSON text', '"title"'),
  raw('a JSON number', '1'),
  raw('JSON null', 'null'),
  raw('a JSON list', '[]'),
  raw('an empty object', '{}'),
  raw('an empty body', ''),
  raw('a byte order mark', '\uFEFF{}'),
  raw('a prototype', '{"__proto__":{"title":"x"},"constructor":1}'),
  raw('deep nesting', `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`),
  raw('more than 100 kB (trap 10)', JSON.stringify({ title: 'x'.repeat(102_400) })),
  body('gzip (trap 11)', (request) => ({
    ...withHeaders(request, { 'Content-Encoding': 'gzip' }),
    body: gzipSync(request.body ?? ''),
  })),
  body('br that is none (trap 11)', (request) => withHeaders(request, { 'Content-Encoding': 'br' })),
  member('one field less', (members, random) => {
    const [chosen] = random.pick(members);
    return members.filter(([key]) => key !== chosen);
  }),
  member('fields that clients may not set', (members) => [
    ...members,
    ['id', 'mine'],
    ['_id', 'mine'],
    ['customerAccountId', 'theirs'],
    ['createdAt', '2001-01-01T00:00:00Z'],
  ]),
  replaceOne('one field null', null),
  replaceOne('one field a number', 12),
  replaceOne('one field a negative number', -1),
  replaceOne('one field a big number', 1e21),
  replaceOne('one field empty', ''),
  replaceOne('one field spaces', '   '),
  replaceOne('one field a list', ['a', 'b']),
  replaceOne('one field an operator', { $gt: '' }),
  replaceOne('one field true', true),
  replaceOne('one field an emoji', '\u{1F333} <b>&amp;</b> \u0000 \u2028'),
  replaceOne('one field a lone surrogate', '\uD800'),
  replaceOne('one field very long', 'y'.repeat(5_000)),
];
