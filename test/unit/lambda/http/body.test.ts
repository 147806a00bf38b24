import { Agent, createServer, request, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import express from 'express';
import fc from 'fast-check';

import { BodyError, parseBody } from '../../../../lambda/http/body';
import { readHeaders } from '../../../../lambda/http/headers';

/** `express.json()` and `express.urlencoded()` themselves, telling what they made of a request. */
let server: Server;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  const app = express();
  app.use(express.json());
  app.use(express.urlencoded({ extended: true }));
  app.use((req, res) => res.json({ body: req.body as unknown }));
  app.use(((error: { status?: number }, _req, res, next) => {
    if (res.headersSent) next(error);
    else res.json({ status: error.status ?? 500 });
  }) satisfies express.ErrorRequestHandler);
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  agent.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

interface Sent {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly body: string | Buffer;
}

/** `{body}` or, for what is refused, `{status}`. */
async function byExpress({ contentType, contentEncoding, body }: Sent): Promise<unknown> {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a TCP address');
  const outgoing = request({ host: '127.0.0.1', port: address.port, method: 'POST', agent });
  if (contentType !== undefined) outgoing.setHeader('content-type', contentType);
  if (contentEncoding !== undefined) outgoing.setHeader('content-encoding', contentEncoding);
  outgoing.setHeader('content-length', Buffer.byteLength(body));
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
  return JSON.parse(text);
}

type Encoding = 'text' | 'base64' | 'declared';

function here({ contentType, contentEncoding, body }: Sent, as: Encoding = 'text'): unknown {
  const bytes = Buffer.from(body);
  const empty = bytes.length === 0;
  const headers = readHeaders({
    ...(contentType !== undefined && { 'Content-Type': [contentType.replace(/^[ \t]+|[ \t]+$/g, '')] }),
    ...(contentEncoding !== undefined && { 'content-encoding': [contentEncoding] }),
    ...(as === 'declared' && { 'Content-Length': [String(bytes.length)] }),
  });
  const text = bytes.toString(as === 'base64' ? 'base64' : 'utf8');
  try {
    const parsed = parseBody({ body: empty ? null : text, isBase64Encoded: as === 'base64' }, headers);
    return JSON.parse(JSON.stringify({ body: parsed }));
  } catch (error) {
    if (error instanceof BodyError) return { status: error.statusCode };
    throw error;
  }
}

async function expectSame(sent: Sent, as?: Encoding): Promise<unknown> {
  const expected = await byExpress(sent);
  expect(here(sent, as)).toEqual(expected);
  return expected;
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

it.each<[string, Sent, unknown]>([
  ['JSON', { contentType: JSON_TYPE, body: '{"a":[1,"é 🌳"]}' }, { body: { a: [1, 'é 🌳'] } }],
  ['a list', { contentType: JSON_TYPE, body: ' \n[1]' }, { body: [1] }],
  ['a byte order mark', { contentType: JSON_TYPE, body: '\uFEFF{"a":1}' }, { body: { a: 1 } }],
  ['malformed JSON', { contentType: JSON_TYPE, body: '{"a":' }, { status: 400 }],
  ['a text alone', { contentType: JSON_TYPE, body: '"a"' }, { status: 400 }],
  ['null', { contentType: JSON_TYPE, body: 'null' }, { status: 400 }],
  ['white space alone', { contentType: JSON_TYPE, body: ' ' }, { status: 400 }],
  ['other white space first', { contentType: JSON_TYPE, body: '\u000b{}' }, { status: 400 }],
  ['a prototype', { contentType: JSON_TYPE, body: '{"__proto__":{"a":1}}' }, {}],
  [
    'a form',
    { contentType: FORM, body: 'a[b]=1&a[c][]=2&d=%C3%A9+x' },
    { body: { a: { b: '1', c: ['2'] }, d: 'é x' } },
  ],
  ['a form in another charset', { contentType: `${FORM}; charset=latin1`, body: 'a=1' }, { status: 415 }],
  ['utf8 without its hyphen', { contentType: `${JSON_TYPE}; charset=utf8`, body: '{}' }, { status: 415 }],
  ['UTF-8 quoted', { contentType: `${JSON_TYPE}; Charset="UTF-8"`, body: '{"a":1}' }, { body: { a: 1 } }],
  ['a charset that is unknown', { contentType: `${JSON_TYPE}; charset=utf-x`, body: '{}' }, { status: 415 }],
  ['no content type', { body: '{"a":1}' }, { body: {} }],
  ['an empty content type', { contentType: '', body: '{"a":1}' }, { body: {} }],
  ['text', { contentType: 'text/plain', body: '{"a":1}' }, { body: {} }],
  ['a JSON dialect', { contentType: 'application/vnd.api+json', body: '{"a":1}' }, { body: {} }],
  ['a type in capitals', { contentType: 'Application/JSON', body: '{"a":1}' }, { body: { a: 1 } }],
  ['a malformed type', { contentType: 'application/json;', body: '{"a":1}' }, { body: {} }],
  ['102,400 bytes', { contentType: JSON_TYPE, body: `{"a":"${'x'.repeat(102_392)}"}` }, {}],
  ['one byte more', { contentType: JSON_TYPE, body: `{"a":"${'x'.repeat(102_393)}"}` }, { status: 413 }],
  ['too much of no type', { body: 'x'.repeat(102_401) }, { body: {} }],
  ['1,000 parameters', { contentType: FORM, body: Array(1_000).fill('a=1').join('&') }, {}],
  ['1,001 parameters', { contentType: FORM, body: Array(1_001).fill('a=1').join('&') }, { status: 413 }],
  ['a form 33 levels deep', { contentType: FORM, body: `a${'[b]'.repeat(33)}=1` }, { status: 400 }],
  ['an unknown coding', { contentType: JSON_TYPE, contentEncoding: 'br', body: '{}' }, { status: 415 }],
  ['identity', { contentType: JSON_TYPE, contentEncoding: 'Identity', body: '{"a":1}' }, { body: { a: 1 } }],
  ['gzip that is none', { contentType: JSON_TYPE, contentEncoding: 'gzip', body: '{}' }, { status: 400 }],
])('reads %s as Express does', async (_name, sent, expected) => {
  expect(await expectSame(sent)).toMatchObject(expected as object);
});

it.each<[string, Sent, unknown]>([
  ['gzip', { contentType: JSON_TYPE, contentEncoding: 'gzip', body: gzipSync('{"a":1}') }, { body: { a: 1 } }],
  ['deflate', { contentType: FORM, contentEncoding: 'deflate', body: deflateSync('a=1') }, { body: { a: '1' } }],
  ['too much inflated', { contentType: JSON_TYPE, contentEncoding: 'gzip', body: bomb() }, { status: 413 }],
  [
    'a stream cut short',
    { contentType: JSON_TYPE, contentEncoding: 'gzip', body: gzipSync('{"a":1}').subarray(0, 12) },
    { status: 400 },
  ],
])('inflates %s as Express does', async (_name, sent, expected) => {
  expect(await expectSame(sent, 'base64')).toEqual(expected);
});

it.each<[string, Sent, unknown]>([
  ['102,400 bytes inflated', gzipped(`{"a":"${'x'.repeat(102_392)}"}`), {}],
  ['one byte more inflated', gzipped(`{"a":"${'x'.repeat(102_393)}"}`), { status: 413 }],
  ['nothing, compressed', gzipped(''), { body: {} }],
  [
    'two members of gzip',
    { ...gzipped(''), body: Buffer.concat([gzipSync('{"a":'), gzipSync('1}')]) },
    { body: { a: 1 } },
  ],
  [
    'rubbish behind gzip',
    { ...gzipped(''), body: Buffer.concat([gzipSync('{"a":1}'), Buffer.from('x')]) },
    { status: 400 },
  ],
  [
    'deflate without its header',
    { ...gzipped(''), contentEncoding: 'deflate', body: deflateRawSync('{}') },
    { status: 400 },
  ],
  ['br', { ...gzipped(''), contentEncoding: 'br', body: brotliCompressSync('{}') }, { status: 415 }],
  ['two codings', { ...gzipped('{}'), contentEncoding: 'gzip, gzip' }, { status: 415 }],
  ['GZIP', { ...gzipped('{"a":1}'), contentEncoding: 'GZIP' }, { body: { a: 1 } }],
  [
    'rubbish in an unknown charset',
    { ...gzipped(''), contentType: `${JSON_TYPE}; charset=utf-x`, body: 'x' },
    { status: 415 },
  ],
])('inflates %s as Express does', async (_name, sent, expected) => {
  expect(await expectSame(sent, 'base64')).toMatchObject(expected as object);
});

it('agrees with Express for any damage to a compressed body', async () => {
  const coding = fc.constantFrom(['gzip', gzipSync] as const, ['deflate', deflateSync] as const);
  const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(coding, fc.json(), damage, fc.nat(8), async ([contentEncoding, compress], json, bytes, cut) => {
      const body = compress(json);
      for (const [where, value] of bytes) body[Math.floor(where * (body.length - 1))] = value;
      await expectSame(
        { contentType: JSON_TYPE, contentEncoding, body: body.subarray(0, body.length - cut) },
        'base64',
      );
    }),
    { numRuns: 150 },
  );
});

it.each(['utf-16', 'utf-16le', 'utf-7', 'UTF8', 'latin1'])('refuses %s: the proxy keeps it on legacy', (charset) => {
  expect(here({ contentType: `${JSON_TYPE}; charset=${charset}`, body: '{}' })).toEqual({ status: 415 });
});

it('agrees with Express for any bytes', async () => {
  const byte = fc.oneof(fc.constantFrom(...Buffer.from('{}[]+-&,"AQ==/0 '), 0, 0xef, 0xbb, 0xbf), fc.nat(255));
  const body = fc.array(byte, { minLength: 1, maxLength: 24 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => {
      await expectSame({ contentType: JSON_TYPE, body: bytes }, 'base64');
    }),
    { numRuns: 100 },
  );
});

it.each([JSON_TYPE, `${JSON_TYPE}; charset=latin1`, FORM])(
  'reads an empty body declared as %s',
  async (contentType) => {
    await expectSame({ contentType, body: '' }, 'declared');
    await expectSame({ contentType, contentEncoding: 'gzip', body: '' }, 'declared');
  },
);

it('agrees with Express for any content type', async () => {
  const quoted = fc.stringMatching(/^[ -~]{0,4}$/).map((text) => `"${text}"`);
  const parameter = fc
    .tuple(
      fc.constantFrom(';', '; ', ' ; ', ';;', ', '),
      fc.constantFrom('charset', 'Charset', 'q', '', 'a b'),
      fc.constantFrom('=', ' = ', ''),
      fc.oneof(fc.constantFrom('utf-8', 'UTF-8', 'utf8', 'latin1', '"u\\tf-8"', '"utf-8', ''), quoted),
    )
    .map((parts) => parts.join(''));
  const type = fc.constantFrom(JSON_TYPE, FORM, 'application/JSON ', 'application /json', 'json', 'a/b+json', '*/*');
  await fc.assert(
    fc.asyncProperty(type, fc.array(parameter, { maxLength: 3 }), async (name, parameters) => {
      await expectSame({ contentType: name + parameters.join(''), body: '[1]' });
    }),
    { numRuns: 300 },
  );
});

it('agrees with Express for any body', async () => {
  const json = fc.oneof(
    fc.json(),
    fc.string({ unit: 'grapheme' }),
    fc.tuple(fc.json(), fc.nat(60)).map(([text, cut]) => text.slice(0, cut)),
  );
  const key = fc.constantFrom('a', 'a[]', 'a[b]', 'a[b][c]', 'a[0]', 'a[99]', '__proto__', 'a.b', '%5B', '[', ']', '');
  const pair = fc.tuple(key, fc.constantFrom('=', ''), fc.constantFrom('1', '', '+', '%E9', '%', '&', '=', 'é'));
  const form = fc.array(pair, { maxLength: 5 }).map((pairs) => pairs.map((parts) => parts.join('')).join('&'));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(JSON_TYPE, FORM), fc.oneof(json, form), async (contentType, body) => {
      await expectSame({ contentType, body });
    }),
    { numRuns: 400 },
  );
});

function gzipped(text: string): Sent {
  return { contentType: JSON_TYPE, contentEncoding: 'gzip', body: gzipSync(text) };
}

function bomb(): Buffer {
  return gzipSync(`{"a":"${'x'.repeat(200_000)}"}`);
}
