import { HOP_BY_HOP } from '../../../../proxy/http1/hop-by-hop';
import { parseResponseHead, parseTrailers, type ResponseHead } from '../../../../proxy/http1/response-head';

const parseText = (head: string, method: string): ResponseHead => {
  // Bytes behind the head are none of its business.
  const bytes = Buffer.from(`${head}\r\nX: y\r\n`, 'latin1');
  return parseResponseHead(bytes, head.length, method);
};
/** Of a head without its status line. */
const parse = (fields: string, method = 'GET', status = 'HTTP/1.1 200 OK'): ResponseHead =>
  parseText(`${status}\r\n${fields}`, method);
const refuses = (fields: string, status?: string, what = ''): void =>
  expect(() => parse(fields, 'GET', status)).toThrow(`invalid answer: ${what}`);

describe('response head', () => {
  it('keeps names, values, order and repetitions byte by byte', () => {
    const head = parse('b: 1\r\nA:2\r\nb:\t3 \t\r\nEmpty:\r\nBlank:  \r\nX: \x80\xff a  b\tc\r\nTrailer: T\r\n');
    expect(head.headers).toEqual([
      'b',
      '1',
      'A',
      '2',
      'b',
      '3',
      'Empty',
      '',
      'Blank',
      '',
      'X',
      '\x80\xff a  b\tc',
      'Trailer',
      'T',
    ]);
  });

  it.each([
    ['HTTP/1.1 200 OK', 200, 'OK'],
    ['HTTP/1.1 200 ', 200, ''],
    ['HTTP/1.1 200', 200, ''],
    ['HTTP/1.0 999 \xe9 \t x', 999, '\xe9 \t x'],
    // Node sends no such reason; the status is good.
    ['HTTP/1.1 200 a\x01', 200, undefined],
    ['HTTP/1.1 200 a\x7f', 200, undefined],
    ['HTTP/1.1 200 \x01a', 200, undefined],
    ['HTTP/1.1 101 Switching', 101, 'Switching'],
  ])('reads %j', (line, statusCode, statusMessage) => {
    expect(parse('', 'GET', line)).toMatchObject({ statusCode, statusMessage });
  });

  // RFC 9112 sections 2.2, 4 and 5; what the oracle above refuses too, or refuses by another of its settings.
  it.each([
    ...[
      'A: b\n',
      'A: b\n\r\n',
      'A: b\r\r\n',
      'A: b\r\n c\r\n',
      'A: b\r\n\tc\r\n',
      'A : b\r\n',
      'A\t: b\r\n',
      ' A: b\r\n',
      ': b\r\n',
      'A\r\n',
    ],
    ...[
      'A: \0\r\n',
      'A: \x01\r\n',
      'A: \x7f\r\n',
      'A\0: b\r\n',
      'A(: b\r\n',
      '\xc4: b\r\n',
      'A: b',
      'A: b\r',
      '\r\nA: b\r\n',
      'A: b\rCD: e\r\n',
      'A: b\0\nC: d\r\n',
    ],
    ...[
      'Content-Length: -1',
      'Content-Length: 0x1',
      'Content-Length: 1e1',
      'Content-Length: +1',
      'Content-Length: 1.0',
      'Content-Length:',
      'Content-Length: a1',
    ].map((line) => `${line}\r\n`),
    ...['Content-Length: 1, 1', 'Content-Length: 1,', 'Content-Length: 1 1', 'Content-Length: 1000000000000000'].map(
      (line) => `${line}\r\n`,
    ),
    'Content-Length: 1\r\nContent-Length: 1\r\n',
    'Content-Length: 1\r\nContent-Length: 2\r\n',
    'Content-Length: 0\r\ncontent-LENGTH: 0\r\n',
    'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n',
    'Transfer-Encoding: chunked\r\nContent-Length: 1\r\n',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
    'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n',
    ...[
      'gzip',
      'gzip, chunked',
      'chunked, gzip',
      'chunked, chunked',
      'chunked,',
      ',chunked',
      'identity',
      '',
      'chunked;a=b',
      'xchunked',
      '"chunked"',
      'chunked\x0b',
    ].map((coding) => `Transfer-Encoding: ${coding}\r\n`),
  ])('refuses %j', (fields) => refuses(fields));

  it.each(['HTTP/1.0 200 OK'])('refuses chunks in %s', (line) => refuses('Transfer-Encoding: chunked\r\n', line));

  it.each(
    [
      '',
      '200 OK',
      'HTTP/1.1',
      'HTTP/1.1 ',
      'HTTP/1.1 20',
      'HTTP/1.1 2000',
      'HTTP/1.1 099 x',
      'HTTP/1.1  200 OK',
      'HTTP/1.1\t200 OK',
      ' HTTP/1.1 200 OK',
    ].concat([
      'HTTP/1.1 200\tOK',
      'HTTP/1.1 -20 OK',
      'HTTP/1.2 200 OK',
      'HTTP/2 200',
      'HTTP/0.9 200 OK',
      'http/1.1 200 OK',
      'HTTP/1.1 200 O\0K',
      'HTTP/1.1 200 O\nK',
      '\r\nHTTP/1.1 200 OK',
    ]),
  )('refuses the status line %j', (line) => refuses('', line, 'its status line'));

  it.each([
    ['Content-Length: x', 'its Content-Length'],
    ['Content-Length: 1\r\nContent-Length: 1', 'its Content-Length'],
    ['Transfer-Encoding: gzip', 'its Transfer-Encoding'],
    ['Transfer-Encoding: chunked\r\nContent-Length: 1', 'both Content-Length and Transfer-Encoding'],
    ['A', 'a header'],
  ])('says what is wrong with %j', (fields, what) => refuses(`${fields}\r\n`, undefined, what));

  it.each([1, 2, 3, 4])(
    'refuses a head that is cut off %i bytes before its end, whatever comes behind it',
    (missing) => {
      const bytes = Buffer.from('HTTP/1.1 200 OK\r\nA: b\r\n');
      expect(() => parseResponseHead(bytes, bytes.length - missing, 'GET')).toThrow('invalid answer: a header');
    },
  );

  it('knows a name that means something in any case, and takes no other for it', () => {
    const other = ['TEx', 'T', 'Connections', 'Connectio', 'Upgrade-Insecure', 'Content-Lengt', 'Content-Lengthy'];
    const long = ['Proxy-Authorizations', 'X-Longer-Than-Any-Name-That-Means-Something', 'Keep-Alivf', 'C0nnection'];
    const same = [...other, ...long].flatMap((name) => [name, '1']);
    expect(parse([...other, ...long].map((name) => `${name}: 1\r\n`).join(''))).toMatchObject({
      headers: same,
      framing: 'until-close',
    });
    for (const name of HOP_BY_HOP) {
      const value = name === 'transfer-encoding' ? 'chunked' : '1';
      for (const spelt of [name, name.toUpperCase(), name.replaceAll(/[a-m]/g, (letter) => letter.toUpperCase())])
        expect(parse(`${spelt}: ${value}\r\n`).headers).toEqual(name === 'proxy-authenticate' ? [spelt, '1'] : []);
    }
  });

  it.each([
    ['Content-Type: text/event-stream\r\n', true],
    ['content-TYPE:text/event-stream; charset=utf-8\r\n', true],
    ['Content-Type: text/html\r\n', false],
    ['Content-Type: a text/event-stream\r\n', false],
    ['X-Type: text/event-stream\r\n', false],
    ['', false],
  ])('%j is an event stream: %s', (fields, isEventStream) => expect(parse(fields)).toMatchObject({ isEventStream }));

  const LENGTH = 'Content-Length: 5\r\n';
  const CHUNKED = 'Transfer-Encoding: Chunked\r\n';
  it.each([
    ['GET', 'HTTP/1.1 200 OK', '', 'until-close', 0],
    ['GET', 'HTTP/1.1 200 OK', LENGTH, 5, 4000],
    ['GET', 'HTTP/1.1 200 OK', 'Content-Length: 0\r\n', 0, 4000],
    ['GET', 'HTTP/1.1 200 OK', 'Content-Length: 005 \r\n', 5, 4000],
    ['GET', 'HTTP/1.1 200 OK', 'Content-Length: 999999999999999\r\n', 999999999999999, 4000],
    ['GET', 'HTTP/1.1 200 OK', CHUNKED, 'chunked', 4000],
    ['HEAD', 'HTTP/1.1 200 OK', '', 'none', 4000],
    ['HEAD', 'HTTP/1.1 200 OK', LENGTH, 'none', 4000],
    ['HEAD', 'HTTP/1.1 200 OK', CHUNKED, 'none', 4000],
    ...['100 x', '103 x', '199 x', '204 x', '304 x'].flatMap((code): [string, string, string, string, number][] => [
      ['GET', `HTTP/1.1 ${code}`, '', 'none', 4000],
      ['POST', `HTTP/1.1 ${code}`, LENGTH, 'none', 4000],
      ['GET', `HTTP/1.1 ${code}`, CHUNKED, 'none', 4000],
    ]),
    ['GET', 'HTTP/1.1 205 x', '', 'until-close', 0],
    ['GET', 'HTTP/1.0 200 OK', LENGTH, 5, 0],
    ['GET', 'HTTP/1.0 200 OK', `${LENGTH}Connection: Keep-Alive\r\n`, 5, 4000],
    ['GET', 'HTTP/1.0 200 OK', 'Connection: keep-alive\r\n', 'until-close', 0],
    ['GET', 'HTTP/1.0 200 OK', `${LENGTH}Connection: keep-alive, close\r\n`, 5, 0],
    ['GET', 'HTTP/1.0 200 OK', `${LENGTH}Connection: close\r\nConnection: keep-alive\r\n`, 5, 0],
    ['GET', 'HTTP/1.0 200 OK', `${LENGTH}Connection: x-a, keep-alive\r\n`, 5, 4000],
    ['GET', 'HTTP/1.0 200 OK', `${LENGTH}Connection: keep-alive, x-a\r\n`, 5, 4000],
    ['GET', 'HTTP/1.0 200 OK', `${LENGTH}Connection: x-a\r\n`, 5, 0],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Connection: closed, disclose\r\n`, 5, 4000],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Connection: close, x-a\r\n`, 5, 0],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Connection: x-a\r\nConnection: Close\r\n`, 5, 0],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}TE: timeout=9\r\nUpgrade: timeout=9\r\n`, 5, 4000],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Connection: CLOSE\r\n`, 5, 0],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Connection: x-a, close\r\n`, 5, 0],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Connection: close\r\nConnection: x-a\r\n`, 5, 0],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Connection: keep-alive\r\n`, 5, 4000],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Keep-Alive: timeout=72\r\n`, 5, 71_000],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Keep-Alive: max=7, Timeout=5\r\n`, 5, 4000],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Keep-Alive: timeout=1\r\n`, 5, 0],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Keep-Alive: timeout=0\r\n`, 5, 0],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Keep-Alive: timeout=999999\r\n`, 5, 600_000],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Keep-Alive: nonsense\r\n`, 5, 4000],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Keep-Alive: timeout=72\r\nKeep-Alive: max=3\r\n`, 5, 71_000],
    ['GET', 'HTTP/1.1 200 OK', `${LENGTH}Keep-Alive: timeout=72\r\nKeep-Alive: timeout=9\r\n`, 5, 8_000],
  ] as const)(
    '%s, %s, %j: the body is %s and the connection idles for %d ms',
    (method, line, fields, framing, idleTime) => {
      expect(parse(fields, method, line)).toMatchObject({ framing, idleTime });
    },
  );

  it('strips what concerns only the connection, and what Connection names, wherever it stands', () => {
    const fields =
      'X-A: 1\r\nConnection: x-a, Keep-Alive\r\nConnection: X-B\r\nX-b: 2\r\nX-C: 3\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\nProxy-Authenticate: Basic\r\nTE: x\r\nProxy-Connection: y\r\nTrailer: z\r\n';
    expect(parse(fields).headers).toEqual(['X-C', '3', 'Proxy-Authenticate', 'Basic', 'Trailer', 'z']);
  });

  it('strips nothing that Connection does not name', () => {
    expect(parse('Connection: x-a\r\nUndefined: 1\r\nX-Ab: 2\r\n').headers).toEqual(['Undefined', '1', 'X-Ab', '2']);
  });

  it('never strips what frames a message or says who a client is, though Connection names it', () => {
    const names = ['Content-Length', 'Cookie', 'Host', 'Authorization', 'X-Forwarded-For', 'Forwarded', 'X-Real-IP'];
    const fields = names.map((name) => `${name}: 1\r\n`).join('');
    const { headers, framing } = parse(`Connection: ${names.join(' ,')}\r\n${fields}`);
    expect(headers).toEqual(names.flatMap((name) => [name, '1']));
    expect(framing).toBe(1);
  });

  // Each of them took seconds where a quantifier could divide the spaces in many ways.
  it.each([
    ['before a bad character', `A:${' '.repeat(60_000)}\x01\r\n`],
    ['within a value', `A: a${' '.repeat(60_000)}b \r\n`],
    ['as a value', `A:${'\t'.repeat(60_000)}\r\n`],
    ['within Connection', `Connection: a${' '.repeat(60_000)}b \r\n`],
  ])('spends no time on many spaces %s', (_where, fields) => {
    const begun = process.cpuUsage();
    try {
      parse(fields);
    } catch {
      // Refused is as good.
    }
    const { user, system } = process.cpuUsage(begun);
    expect((user + system) / 1000).toBeLessThan(400);
  });
});

describe('trailers', () => {
  it('are read as headers are, less what concerns only the connection', () => {
    const text = 'X-Sum: 1 2 \r\nx-sum:\t\xff\r\nConnection: close\r\nKEEP-ALIVE: x\r\nEmpty:\r\n';
    expect(parseTrailers(text)).toEqual(['X-Sum', '1 2', 'x-sum', '\xff', 'Empty', '']);
    expect(parseTrailers('')).toEqual([]);
  });

  it.each(['Content-Length: 5\r\n', 'A: b\r\nTransfer-ENCODING: chunked\r\n'])('refuse framing: %j', (text) =>
    expect(() => parseTrailers(text)).toThrow('invalid answer: framing among its trailers'),
  );

  it.each(['A: b', 'A: b\r', 'A: b\n', 'A\r\n', ': b\r\n', 'A: b\r\n c\r\n', 'A : b\r\n', 'A: \0\r\n'])(
    'refuse %j',
    (text) => expect(() => parseTrailers(text)).toThrow('invalid answer: a trailer'),
  );
});
