import { ConfigError } from '../../../../../shared/errors';
import { usersOf } from '../../../../../shared/recording/har/har';
import { parseHar } from '../../../../../shared/recording/har/parse-har';

function entry(change: object = {}, request: object = {}): object {
  return {
    startedDateTime: '2026-11-02T10:00:00.000Z',
    time: 12,
    request: {
      method: 'GET',
      url: 'http://127.0.0.1/api/events?page=2',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: [{ name: 'Accept', value: '*/*' }],
      queryString: [],
      headersSize: -1,
      bodySize: 0,
      ...request,
    },
    response: {
      status: 200,
      statusText: 'OK',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: [],
      content: { size: 2, mimeType: 'application/json', text: '{}' },
      redirectURL: '',
      headersSize: -1,
      bodySize: 2,
    },
    cache: {},
    timings: { send: 0, wait: 12, receive: 0 },
    ...change,
  };
}

const har = (...entries: readonly unknown[]): string =>
  JSON.stringify({ log: { version: '1.2', creator: { name: 'test', version: '1' }, entries } });

function faultsOf(text: string): readonly string[] {
  try {
    parseHar(text, 'recorded.har');
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('parseHar', () => {
  it('keeps what a replay needs, with binary bodies and forms', () => {
    const postData = { mimeType: 'multipart/form-data', params: [{ name: 'photo', fileName: 'a.png' }] };
    const { har: parsed, repaired } = parseHar(har(entry(), entry({}, { method: 'POST', postData })), 'recorded.har');
    expect(repaired).toBe(false);
    expect(parsed.log.entries[0]).toEqual(entry());
    expect(parsed.log.entries[1]?.request.postData).toEqual(postData);
  });

  it('puts entries in the order of their time; those of the same moment stay as they are', () => {
    const at = (startedDateTime: string, url: string) => entry({ startedDateTime }, { url });
    const text = har(
      at('2026-11-02T10:00:02Z', 'http://h/c'),
      at('2026-11-02T10:00:01Z', 'http://h/a'),
      at('2026-11-02T10:00:01Z', 'http://h/b'),
    );
    const { har: parsed } = parseHar(text, 'recorded.har');
    expect(parsed.log.entries.map(({ request }) => request.url)).toEqual(['http://h/a', 'http://h/b', 'http://h/c']);
  });

  it('does without what browsers leave out or write in their own way', () => {
    const bare = {
      startedDateTime: '2026-11-02T11:00:00+01:00',
      request: {
        method: 'GET',
        url: 'https://h/',
        headers: [],
        cookies: [{ name: 'a', value: 'b', path: '/', expires: null }],
      },
      response: { status: 0, headers: [], content: {}, _transferSize: 3 },
      _initiator: { type: 'script' },
    };
    expect(parseHar(har(bare), 'recorded.har').har.log.entries[0]).toMatchObject({
      time: 0,
      request: { httpVersion: 'HTTP/1.1', cookies: [{ name: 'a', value: 'b' }] },
      response: { status: 0, content: { size: -1, mimeType: '' } },
    });
  });

  it('knows the users of the sessions in it', () => {
    const notes = [
      { begins: 'session-1', user: { login: { email: 'a@example.com' } } },
      { session: 'session-1', user: { userId: '7' } },
      { session: 'session-2' },
    ];
    const parsed = parseHar(har(...notes.map((_banyan) => entry({ _banyan }))), 'recorded.har').har;
    expect([...usersOf(parsed)]).toEqual([['session-1', { login: { email: 'a@example.com' }, userId: '7' }]]);
  });

  it.each([
    ['', 'recorded.har is empty; expected a HAR file (in the browser: developer tools, Network, "Export HAR")'],
    ['[]', 'recorded.har file: found a list; expected object'],
    ['{"log":{"version":"1.2"}}', 'recorded.har log.entries: found nothing; expected array'],
    ['{"log":{"version":"2.0","entries":[]}}', 'recorded.har log.version: found a text; expected version 1.2'],
  ])('refuses %j', (text, fault) => {
    const remedy = '; expected a HAR file (in the browser: developer tools, Network, "Export HAR")';
    expect(faultsOf(text)).toEqual([`${fault.replace(remedy, '')}${remedy}`]);
  });

  it('says where a text stops being JSON', () => {
    expect(faultsOf('{"log": "a secret" oops}')[0]).toMatch(/^recorded\.har is not valid JSON.*; expected a HAR file/);
    expect(faultsOf('{"log": "a secret" oops}')[0]).not.toContain('secret');
  });

  it('loses an entry that is none, by its name and without its values, and keeps the others', () => {
    const text = har(
      entry(),
      entry({}, { headers: [{ name: 'Cookie', value: 12 }] }),
      entry({}, { url: '/api/events?token=secret#x', method: 'GET IT' }),
      entry({ startedDateTime: 'yesterday', response: undefined }),
      entry({ response: { status: -2, headers: [], content: {} } }),
      'not an entry',
    );
    const { har: parsed, lost } = parseHar(text, 'recorded.har');
    expect(parsed.log.entries).toEqual([entry()]);
    expect(lost.map(({ what, reason }) => `${what} ${reason}`)).toEqual([
      'recorded.har log.entries[1] (GET /api/events) request.headers[0].value: found 12; expected string',
      'recorded.har log.entries[2] (GET IT /api/events) request.method: found a text; expected an HTTP method; ' +
        'request.url: found a text; expected an absolute URL',
      'recorded.har log.entries[3] (GET /api/events) startedDateTime: found a text; expected a time in ISO 8601; ' +
        'response: found nothing; expected object',
      'recorded.har log.entries[4] (GET /api/events) response.status: found -2; expected a status',
      'recorded.har log.entries[5] file: found a text; expected object',
    ]);
  });

  it('does without a version', () => {
    const { har: parsed } = parseHar(JSON.stringify({ log: { entries: [entry()] } }), 'recorded.har');
    expect(parsed.log).toMatchObject({ version: '1.2', entries: [entry()] });
  });

  it('refuses a file without a good entry, and stops listing them at twenty', () => {
    const faults = faultsOf(har(...Array.from({ length: 50 }, () => ({}))));
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)).toBe('recorded.har: and 30 more entries; is this a HAR file of a browser or of Banyan?');
  });

  it('repairs a recording that broke off, wherever that was', () => {
    const head = '{"log":{"version":"1.2","creator":{"name":"banyan","version":"1"},"entries":[';
    const whole = `${head}\n${JSON.stringify(entry())},\n${JSON.stringify(entry())},\n${JSON.stringify(entry())}\n]}}`;
    const lengths = [0, 1, 2, 3].map((count) => head.length + count * (JSON.stringify(entry()).length + 2));
    for (let end = head.length; end <= whole.length; end += 7) {
      const { har: parsed, repaired } = parseHar(whole.slice(0, end), 'recorded.har');
      const complete = lengths.filter((length) => length - 1 <= end).length - 1;
      expect(parsed.log.entries).toHaveLength(Math.max(0, complete));
      expect(repaired).toBe(end < whole.length);
    }
  });
});
