import type { Declared } from './score';

const WITHIN_EXCHANGE = 'asked by the type checker only: what is read belongs to an exchange';

/** Survivors that no test can kill, by file, each with its reason: changes that leave the behaviour as it is. */
export const DECLARED: Readonly<Record<string, readonly Declared[]>> = {
  'proxy/choose-target.ts': [
    {
      source: "function isUtf8(contentType = ''): boolean {",
      changes: [`'' => "Stryker was here!"`],
      reason: 'any text without `charset` decides the same',
    },
    {
      source: 'if (!/charset/i.test(contentType)) return true;',
      changes: ['!/charset/i.test(contentType) => false'],
      reason: 'spares the replacing; what follows decides the same',
    },
    {
      source:
        'return !/charset/i.test(contentType.replace(/;[ \\t]*charset[ \\t]*=[ \\t]*(?:utf-8|"utf-8")[ \\t]*(?=;|$)/gi, \'\'));',
      changes: [`'' => "Stryker was here!"`],
      reason: 'any text without `charset` in place of one that is UTF-8 decides the same',
    },
    {
      source: '} catch {',
      changes: ['{ return false; } => {}'],
      reason: '`undefined` is as false, and only ever asked for that',
    },
    {
      source:
        "return (headers.cookie ?? '').split(';').some((pair) => pair.split('=', 1)[0]?.trim() === condition.cookie);",
      changes: [`'' => "Stryker was here!"`, "pair.split('=', 1)[0]?.trim => pair.split('=', 1)[0].trim"],
      reason: 'no cookie has a name with spaces, and split always gives a first part',
    },
    {
      source: 'if (authorization !== undefined && /^\\s*AWS(?:\\d|\\s|$)/i.test(authorization)) return true;',
      changes: ['authorization !== undefined => true'],
      reason: 'asked by the type checker only: `undefined` as text does not match',
    },
    {
      source: 'if (query === undefined || !/amz|%/i.test(query)) return false;',
      changes: [
        'query === undefined || !/amz|%/i.test(query) => false',
        'query === undefined || !/amz|%/i.test(query) => query === undefined && !/amz|%/i.test(query)',
        'query === undefined => false',
      ],
      reason: 'spares parsing the query; what follows decides the same',
    },
    {
      source: "return headers['content-encoding'] !== undefined || /charset/i.test(headers['content-type'] ?? '');",
      changes: [`'' => "Stryker was here!"`],
      reason: 'any text without `charset` decides the same',
    },
    {
      source: 'if (!/[^\\x21-\\x7e]|[\\\\%]|\\/\\./.test(pathname)) return true;',
      changes: [
        '!/[^\\x21-\\x7e]|[\\\\%]|\\/\\./.test(pathname) => false',
        '/[^\\x21-\\x7e]|[\\\\%]|\\/\\./ => /[\\x21-\\x7e]|[\\\\%]|\\/\\./',
        '/[^\\x21-\\x7e]|[\\\\%]|\\/\\./ => /[^\\x21-\\x7e]|[^\\\\%]|\\/\\./',
      ],
      reason: 'spares looking more closely, which decides the same',
    },
    {
      source: "if (!text.includes('%')) return true;",
      changes: ["!text.includes('%') => false", `'%' => ""`],
      reason: 'spares decoding; what follows decides the same',
    },
  ],
  'shared/session/cookie-header.ts': [
    {
      source: 'while (start < end && isPadding(text.charCodeAt(start))) start += 1;',
      changes: ['start < end => true', 'start < end => start <= end'],
      reason: 'past the end there is no padding',
    },
    {
      source: 'while (end > start && isPadding(text.charCodeAt(end - 1))) end -= 1;',
      changes: ['end > start => true', 'end > start => end >= start'],
      reason: 'nothing is left of what is all padding either way',
    },
    {
      source: "if (!text.includes('%')) return text;",
      changes: ["!text.includes('%') => false", `'%' => ""`],
      reason: 'spares decoding; a text without `%` decodes to itself',
    },
  ],
  'shared/session/serialize-cookie.ts': [
    {
      source: '} catch {',
      changes: ['{ return undefined; } => {}'],
      reason: 'without a return it is undefined as well',
    },
  ],
  'shared/session/set-cookie.ts': [
    {
      source: 'if (!session.rolling || token === undefined || storedCookie === undefined || firstSecret === undefined)',
      changes: ['storedCookie === undefined => false', 'firstSecret === undefined => false'],
      reason:
        'asked by the type checker only: what follows makes nothing of no cookie, and without a secret of no token',
    },
  ],
  'shared/session/stored-cookie.ts': [
    {
      source: "typeof value === 'object' && Object.hasOwn(value, name) ? ownProperty(value, name) : fallback;",
      changes: ["typeof value === 'object' => true"],
      reason: 'asked by the type checker only: what is falsy but no object has no own property of these names',
    },
  ],
  'proxy/forward/forwarder.ts': [
    {
      source: "private send(connection: 'any' | 'fresh' = 'any'): void {",
      changes: [`'any' => ""`],
      reason: 'asked for nothing but whether it is fresh',
    },
    {
      source: 'this.exchange?.abort(this);',
      changes: ['this.exchange?.abort => this.exchange.abort'],
      reason: 'asked by the type checker only: there is an exchange until the end is known',
    },
    {
      source: 'this.exchange?.pause(this);',
      changes: ['this.exchange?.pause => this.exchange.pause'],
      reason: 'asked by the type checker only: there is an exchange until the end is known',
    },
    {
      source: 'this.exchange?.resume(this);',
      changes: ['this.exchange?.resume => this.exchange.resume'],
      reason: 'asked by the type checker only: there is an exchange until the end is known',
    },
    {
      source: 'else if (!this.hasBegunBody) this.response.flushHeaders();',
      changes: ['!this.hasBegunBody => true'],
      reason: 'spares a call: with a body that has begun the head has gone',
    },
    {
      source: 'if (trailers.length > 0) this.response.addTrailers(pairs(trailers));',
      changes: ['trailers.length > 0 => true', 'trailers.length > 0 => trailers.length >= 0'],
      reason: 'spares a call: no trailers are none',
    },
    {
      source: 'if (this.response.chunkedEncoding) {',
      changes: [
        'this.response.chunkedEncoding => true',
        'this.response.chunkedEncoding => false',
        '{ this.response.end(Buffer.from(body)); return; } => {}',
      ],
      reason: 'two ways to write the same, each where it is the faster one',
    },
    {
      source: 'this.response.socket?.uncork();',
      changes: ['this.response.socket?.uncork => this.response.socket.uncork'],
      reason: 'asked by the type checker only: what was written to has a socket',
    },
    {
      source: "if (this.waitsForDrain) this.response.off('drain', this.onDrain);",
      changes: ['this.waitsForDrain => true'],
      reason: 'spares a call',
    },
    {
      source: "return result.kind === 'failed' && result.error === CLIENT_GONE ? 'client-gone' : 'broken';",
      changes: ["result.kind === 'failed' => true"],
      reason: 'asked by the type checker only: what was declined has no error',
    },
  ],
  'proxy/http1/connection.ts': [
    {
      source: 'private hasAnswered = false;',
      changes: ['false => true'],
      reason: 'each request begins by setting it',
    },
    {
      source: 'if (outgoing === undefined) return;',
      changes: ['outgoing === undefined => false'],
      reason: 'asked by the type checker only: a deadline moves only during an exchange',
    },
    {
      source: 'const bytes = this.begun.length === 0 ? chunk : Buffer.concat([this.begun, chunk]);',
      changes: ['this.begun.length === 0 => false'],
      reason: 'spares copying a head that came in one piece',
    },
    {
      source: 'if (!isInBody || this.outgoing?.bodyTimeout !== 0) this.expectMore();',
      changes: ['this.outgoing?.bodyTimeout => this.outgoing.bodyTimeout'],
      reason: WITHIN_EXCHANGE,
    },
    {
      source: 'this.exchange?.onPart();',
      changes: ['this.exchange?.onPart => this.exchange.onPart'],
      reason: WITHIN_EXCHANGE,
    },
    {
      source: 'if ((end < 0 ? bytes.length : end) > MAX_HEAD_BYTES) {',
      changes: ['end < 0 => end <= 0'],
      reason: 'what begins with an empty line is refused either way',
    },
    {
      source: 'if (end < 0) {',
      changes: ['end < 0 => end <= 0'],
      reason: 'what begins with an empty line is refused either way',
    },
    {
      source: "const response = parseResponseHead(bytes, end + 2, this.outgoing?.method ?? '');",
      changes: ['this.outgoing?.method => this.outgoing.method', `'' => "Stryker was here!"`],
      reason: WITHIN_EXCHANGE,
    },
    {
      source: "if (framing === 'chunked') this.chunks = new ChunkedDecoder((data) => this.exchange?.onData(data));",
      changes: ['this.exchange?.onData => this.exchange.onData'],
      reason: 'what is thrown behind an abort is heard by no handler',
    },
    {
      source: 'this.exchange?.onHead(response);',
      changes: ['this.exchange?.onHead => this.exchange.onHead'],
      reason: WITHIN_EXCHANGE,
    },
    {
      source: 'if (statusCode !== 100) this.exchange?.onInformation(statusCode, headers);',
      changes: ['this.exchange?.onInformation => this.exchange.onInformation'],
      reason: WITHIN_EXCHANGE,
    },
    {
      source: 'this.exchange?.onData(data);',
      changes: ['this.exchange?.onData => this.exchange.onData'],
      reason: WITHIN_EXCHANGE,
    },
    {
      source:
        '(body === undefined || body.isSent) && surplus === 0 && response !== undefined && response.idleTime > 0;',
      changes: ['response !== undefined => true'],
      reason: WITHIN_EXCHANGE,
    },
    {
      source: 'exchange?.onEnd(trailers);',
      changes: ['exchange?.onEnd => exchange.onEnd'],
      reason: WITHIN_EXCHANGE,
    },
    {
      source: 'exchange?.onFault({ error: asError(error), neverSent: false, onKeptConnection: false });',
      changes: ['exchange?.onFault => exchange.onFault'],
      reason: WITHIN_EXCHANGE,
    },
    {
      source: 'for (let at = bytes.indexOf(LF, seen); at >= 0; at = bytes.indexOf(LF, at + 1)) {',
      changes: ['at >= 0 => at > 0'],
      reason: 'what begins with LF is refused by its beginning',
    },
    {
      source: 'const data = chunk.length <= this.left ? chunk : chunk.subarray(0, this.left);',
      changes: ['chunk.length <= this.left => false', 'chunk.length <= this.left => chunk.length < this.left'],
      reason: 'spares another view of the same bytes',
    },
    {
      source: 'const rest = chunk.length === data.length ? undefined : chunk.subarray(data.length);',
      changes: ['chunk.length === data.length => false'],
      reason: 'spares a view of no bytes',
    },
    {
      source: 'if (this.isPaused) this.socket.resume();',
      changes: ['this.isPaused => true'],
      reason: 'spares a call: what flows goes on flowing',
    },
  ],
  'proxy/http1/chunked-decoder.ts': [
    {
      source: 'const SIZE_LINE = /^([\\da-f]{1,13})[\\t ]*(?:;[\\t\\x20-\\x7e\\x80-\\xff]*)?\\r\\n$/i;',
      changes: [
        '/^([\\da-f]{1,13})[\\t ]*(?:;[\\t\\x20-\\x7e\\x80-\\xff]*)?\\r\\n$/i => /^([\\da-f]{1,13})[\\t ]*(?:;[\\t\\x20-\\x7e\\x80-\\xff]*)?\\r\\n/i',
      ],
      reason: 'a line has one LF, which ends it',
    },
  ],
  'proxy/http1/hop-by-hop.ts': [
    {
      source: "if (value === undefined || value === 'keep-alive' || value === 'close') return undefined;",
      changes: ["value === 'keep-alive' => false", `'keep-alive' => ""`, "value === 'close' => false", `'close' => ""`],
      reason: 'spares a set; what follows decides the same',
    },
  ],
  'proxy/http1/raw-headers.ts': [
    {
      source: 'for (let i = 0; i < headers.length; i += 2) {',
      changes: ['i < headers.length => i <= headers.length'],
      reason: 'past the end there is no name',
    },
    {
      source: 'if (sent?.length === name.length && sent.toLowerCase() === name) return headers[i + 1];',
      changes: ['sent?.length === name.length => true', 'sent?.length => sent.length'],
      reason: 'spares making a name small; the check for undefined is asked by the type checker only',
    },
    {
      source: "return headers.filter((_, i) => !names.has((headers[i - (i % 2)] ?? '').toLowerCase()));",
      changes: [`'' => "Stryker was here!"`],
      reason: 'asked by the type checker only: there is a header at each index',
    },
    {
      source: "for (let i = 0; i + 1 < flat.length; i += 2) list.push([flat[i] ?? '', flat[i + 1] ?? '']);",
      changes: [`'' => "Stryker was here!"`],
      reason: 'asked by the type checker only: there is a header at each index',
    },
  ],
  'proxy/http1/request-body.ts': [
    {
      source: "socket.write(`${chunk.length.toString(16)}\\r\\n`, 'latin1');",
      changes: [`'latin1' => ""`],
      reason: 'digits and line ends are the same bytes in UTF-8',
    },
    {
      source: "takesMore = socket.write('\\r\\n', 'latin1');",
      changes: [`'latin1' => ""`],
      reason: 'digits and line ends are the same bytes in UTF-8',
    },
  ],
  'proxy/http1/request-head.ts': [
    {
      source: "const name = headers[i] ?? '';",
      changes: [`'' => "Stryker was here!"`],
      reason: 'asked by the type checker only: there is a header at each index',
    },
    {
      source: "const value = headers[i + 1] ?? '';",
      changes: [`'' => "Stryker was here!"`],
      reason: 'asked by the type checker only: there is a header at each index',
    },
  ],
  'proxy/http1/response-head.ts': [
    {
      source: "if (end < 0) throw unreadable('a header');",
      changes: ['end < 0 => end <= 0'],
      reason: 'no value ends where the head begins',
    },
    {
      source: "if (end < 0) throw unreadable('a trailer');",
      changes: ['end < 0 => end <= 0'],
      reason: 'no value ends where its name begins',
    },
    {
      source: "const said = connection ?? '';",
      changes: [`'' => "Stryker was here!"`],
      reason: 'any text without `close` or `keep-alive` decides the same',
    },
    {
      source:
        "let lastHint: { readonly value: string; readonly ms: number | undefined } = { value: '', ms: undefined };",
      changes: ["{ value: '', ms: undefined } => {}", `'' => "Stryker was here!"`],
      reason: 'nothing is remembered yet, which is the same as a value that says nothing',
    },
    {
      source: 'if (value !== lastHint.value) {',
      changes: ['value !== lastHint.value => true'],
      reason: 'spares reading the same again',
    },
  ],
  'shared/session/stores/connect-mongo.ts': [
    {
      source: 'readonly projection = { _id: 0, session: 1, lastModified: 1, ...OTHER_FIELDS };',
      changes: ['{ _id: 0, session: 1, lastModified: 1, ...OTHER_FIELDS } => {}'],
      reason: 'spares the transfer of fields that are not read',
    },
    {
      source: "if (recordShape(stored) === 'json' || this.decrypt === undefined)",
      changes: ['this.decrypt === undefined => false'],
      reason: 'asked by the type checker only: without a decrypter nothing is taken for encrypted',
    },
    {
      source: 'if (encryption === undefined || secret === undefined) return undefined;',
      changes: [
        'encryption === undefined || secret === undefined => encryption === undefined && secret === undefined',
        'encryption === undefined => false',
        'secret === undefined => false',
      ],
      reason: 'asked by the type checker only: there is a secret exactly where there is encryption',
    },
  ],
  'shared/session/stores/connect-mongodb-session.ts': [
    {
      source: 'readonly projection = { _id: 0, session: 1, ...OTHER_FIELDS };',
      changes: ['{ _id: 0, session: 1, ...OTHER_FIELDS } => {}'],
      reason: 'spares the transfer of fields that are not read',
    },
  ],
  'lambda/authorizer/authorizer-handler.ts': [
    {
      source: 'if (current?.config !== config) current = { config, authorize: create(config) };',
      changes: ['current?.config !== config => true'],
      reason: 'spares creating it anew: one for the same configuration decides the same',
    },
  ],
  'shared/session/stores/record-shape.ts': [
    {
      source:
        "const OWN_AUTHENTICATOR = 'no store.format reads it: write an authenticator of your own (shared/README.md)';",
      changes: [`'no store.format reads it: write an authenticator of your own (shared/README.md)' => ""`],
      reason: 'wording of a message',
    },
    {
      source: "const hmac = fields?.length === 6 ? fields[1]?.toString('latin1') : undefined;",
      changes: ['fields[1]?.toString => fields[1].toString'],
      reason: 'asked by the type checker only: of six fields there is a second',
    },
    {
      source: "return typeof once === 'string' ? (parseJson(once) ?? once) : once;",
      changes: ["typeof once === 'string' => true"],
      reason: 'asked by the type checker only: what is not text stays JSON, whatever is made of its text',
    },
  ],
  'shared/parity/compare-values.ts': [
    {
      source: 'if (differences.length >= MAX_DIFFERENCES) return differences.slice(0, MAX_DIFFERENCES);',
      changes: ['differences.length >= MAX_DIFFERENCES => differences.length > MAX_DIFFERENCES'],
      reason: 'looks on for one more, which is cut off',
    },
    {
      source: '} else if (differences.length >= MAX_DIFFERENCES) return;',
      changes: [
        'differences.length >= MAX_DIFFERENCES => false',
        'differences.length >= MAX_DIFFERENCES => differences.length > MAX_DIFFERENCES',
      ],
      reason: 'spares looking for what is cut off',
    },
    {
      source: "typeof control !== 'number' ||",
      changes: [
        "typeof control !== 'number' || typeof candidate !== 'number' => false",
        "typeof control !== 'number' || typeof candidate !== 'number' => typeof control !== 'number' && typeof candidate !== 'number'",
        "typeof control !== 'number' => false",
      ],
      reason: 'asked by the type checker only: isSameNumber says no to what is no whole number',
    },
    {
      source: "typeof candidate !== 'number' ||",
      changes: ["typeof candidate !== 'number' => false"],
      reason: 'as the line before it',
    },
  ],
  'shared/parity/pair-elements.ts': [
    {
      source: "if (depth === KEY_DEPTH) return '…';",
      changes: [`'…' => ""`],
      reason: 'any text for what is deeper finds the same elements',
    },
  ],
  'shared/parity/compare-bodies.ts': [
    {
      source: "return headerValues(response, 'content-type')[0]?.toLowerCase() ?? '';",
      changes: [`'' => "Stryker was here!"`],
      reason: 'any text that names no known type decides the same',
    },
    {
      source: 'for (let i = 0; i < length && differences.length < MAX_LINES; i += 1) {',
      changes: ['i < length => i <= length'],
      reason: 'behind the last line both have none, which is equal',
    },
    {
      source: '} catch {',
      changes: ['{ return undefined; } => {}'],
      reason: 'without a return it is undefined as well',
    },
  ],
  'shared/parity/compare-cookies.ts': [
    {
      source: "const [pair = '', ...rest] = line.split(';');",
      changes: [`'' => "Stryker was here!"`],
      reason: 'asked by the type checker only: split always gives a first part',
    },
  ],
  'shared/parity/compare-headers.ts': [
    {
      source:
        'if (tag === undefined || !Buffer.isBuffer(a) || !Buffer.isBuffer(b) || b.length === 0 || a.equals(b)) return false;',
      changes: ['tag === undefined => false'],
      reason: 'asked by the type checker only: a header that stands on one side at least, and is equal, is there',
    },
  ],
  'shared/parity/compare.ts': [
    {
      source: 'if (pairs.length === 0) return [];',
      changes: ['pairs.length === 0 => false'],
      reason: 'spares searching for nothing',
    },
    {
      source: "const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\\n');",
      changes: [`'\\n' => ""`],
      reason: 'no id spans two lines',
    },
  ],
  'shared/session/secret-source.ts': [
    {
      source: '} catch {',
      changes: ['{ return undefined; } => {}'],
      reason: 'without a return it is undefined as well',
    },
  ],
  'shared/session/token-from-request.ts': [
    {
      source:
        "const cookies = Array.isArray(request.cookies) ? request.cookies.filter((value) => typeof value === 'string') : [];",
      changes: [`[] => ["Stryker was here"]`],
      reason: 'a part without `=` is no cookie',
    },
    {
      source: '} catch {',
      changes: ['{ return undefined; } => {}'],
      reason: 'without a return it is undefined as well',
    },
  ],
};
