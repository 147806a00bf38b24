import { testBanyan as banyan } from '../../../support/test-banyan';
import { readSessionOption } from '../../../../proxy/parity/recorded-sessions';
import { planReplay, recordedRequests } from '../../../../proxy/parity/replay-har';
import type { Har, HarEntry } from '../../../../shared/recording/har/har';

const ORIGIN = 'http://shop.example';
interface Sketch {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly answer?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly notes?: HarEntry['_banyan'];
}
const pairs = (headers: Readonly<Record<string, string>> = {}) =>
  Object.entries(headers).map(([name, value]) => ({ name, value }));
const har = (...sketches: readonly Sketch[]): Har => ({
  log: {
    version: '1.2',
    creator: { name: 'test', version: '1' },
    entries: sketches.map(({ method = 'GET', url, headers, body, answer, status = 200, notes }) => ({
      startedDateTime: '2026-11-23T12:00:00.000Z',
      time: 5,
      request: {
        method,
        url,
        httpVersion: 'HTTP/1.1',
        cookies: [],
        headers: pairs(headers),
        queryString: [],
        headersSize: -1,
        bodySize: -1,
        ...(body !== undefined && { postData: { mimeType: 'application/json', text: body } }),
      },
      response: {
        status,
        statusText: '',
        httpVersion: 'HTTP/1.1',
        cookies: [],
        headers: pairs(answer),
        content: { size: -1, mimeType: '' },
        redirectURL: '',
        headersSize: -1,
        bodySize: -1,
      },
      cache: {},
      timings: { send: 0, wait: 5, receive: 0 },
      ...(notes && { _banyan: notes }),
    })),
  },
});
const plan = (recorded: Har, sessions: readonly (readonly [string, string])[] = []) =>
  planReplay(recorded, {
    banyan,
    file: 'recorded.har',
    routeOf: (method, path) => (path.startsWith('/api/events') ? `${method} /api/events` : undefined),
    sessions: new Map(sessions),
  });

const login: Sketch = {
  method: 'POST',
  url: `${ORIGIN}/api/auth/login`,
  body: JSON.stringify({ email: 'member@example.com', password: '[redacted]' }),
  answer: { 'Set-Cookie': 'shop.sid=session-1; Path=/' },
};
const list: Sketch = {
  url: `${ORIGIN}/api/events?filter[tags][]=a%20b`,
  headers: { Cookie: 'shop.sid=session-1' },
};

describe('requests of a recording, for their values', () => {
  it('are those that could be sent, whoever sent them, by route, without credentials', () => {
    const routeOf = (method: string, path: string): string | undefined =>
      path.startsWith('/api/events') ? `${method} /api/events` : undefined;
    const redacted = { ...list, method: 'POST', body: '{"a":"[redacted]"}' };
    const elsewhere = { url: 'https://fonts.example/api/events' };
    const others = [{ url: `${ORIGIN}/other` }, elsewhere, { url: '/api/events' }, redacted];
    expect(recordedRequests(har(login, list, ...others), { banyan, routeOf })).toEqual([
      { route: 'GET /api/events', request: { method: 'GET', path: '/api/events?filter[tags][]=a%20b', headers: {} } },
    ]);
  });
});

describe('replay of a recording', () => {
  it('does logins first, and sends the rest as who has logged in', () => {
    const { cases, notRun } = plan(har(login, list));
    expect(cases).toMatchObject([
      {
        identity: 'member',
        route: 'GET /api/events',
        parityCase: { request: { path: '/api/events?filter[tags][]=a%20b' } },
      },
    ]);
    expect(notRun).toEqual([
      {
        what: 'recorded.har log.entries[0] (POST /api/auth/login)',
        reason: 'a login as member: done before the replay',
      },
    ]);
  });

  it('knows a session by what the recording says of its user, or by hand', () => {
    const notes = { session: 'session-2', user: { login: { email: 'organiser@example.com' } } };
    expect(plan(har({ ...list, headers: {}, notes })).cases).toMatchObject([{ identity: 'organiser' }]);
    expect(plan(har(list), [['session-1', 'other account']]).cases).toMatchObject([{ identity: 'other account' }]);
    expect(plan(har(list)).notRun[0]?.reason).toContain('--session session-1=member');
  });

  it('knows bearer tokens, API keys and nobody', () => {
    const bearer = { ...list, headers: { authorization: 'Bearer session-1' } };
    expect(plan(har(login, bearer)).cases).toMatchObject([{ identity: 'member' }]);
    expect(plan(har({ ...list, headers: { 'X-Api-Key': 'credential-1' } })).cases).toMatchObject([
      { identity: 'API key' },
    ]);
    expect(plan(har({ ...list, headers: {} })).cases).toMatchObject([{ identity: 'anonymous' }]);
  });

  it('sends neither recorded credentials nor what concerns the connection, and all else', () => {
    const headers = {
      Host: 'shop.example',
      Connection: 'close',
      ':path': '/',
      'If-None-Match': '"a"',
      'content-length': '9',
    };
    const { cases } = plan(har({ ...list, headers }));
    expect(cases[0]?.parityCase.request.headers).toEqual({ 'If-None-Match': '"a"' });
  });

  it.each<[string, Sketch, RegExp]>([
    ['another origin', { url: 'https://fonts.example/a.woff' }, /another origin than http:\/\/shop\.example/],
    ['no answer', { ...list, status: 0 }, /no answer/],
    ['a stream', { ...list, answer: { 'Content-Type': 'text/event-stream' } }, /stream/],
    ['a WebSocket', { ...list, status: 101 }, /WebSocket/],
    ['a header that HTTP does not know', { ...list, headers: { 'x-a': '\u2603' } }, /header "x-a".*cannot be sent/],
    ['a method that is none', { ...list, method: 'GET /' }, /"GET \/" is not a method/],
    [
      'a body that was not recorded',
      { ...list, method: 'POST', body: '', notes: { omitted: ['request body: too large'] } },
      /not recorded/,
    ],
  ])('lists %s with the reason', (_name, sketch, reason) => {
    const { cases, notRun } = plan(har({ ...list, headers: {} }, sketch));
    expect(cases).toHaveLength(1);
    expect(notRun).toHaveLength(1);
    expect(notRun[0]?.what).toContain('log.entries[1]');
    expect(notRun[0]?.reason).toMatch(reason);
  });

  it('refuses a --session that names nobody', () => {
    expect(readSessionOption('session-1=member', ['member'])).toEqual(['session-1', 'member']);
    expect(() => readSessionOption('session-1=nobody', ['member'])).toThrow(
      /expected session-1=<identity>, with one of member/,
    );
  });
});
