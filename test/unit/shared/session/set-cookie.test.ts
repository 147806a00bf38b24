import fc from 'fast-check';
import { renewSessionCookie, type RenewSessionCookie } from '../../../../shared/session/set-cookie';
import { parseStoredCookie } from '../../../../shared/session/stored-cookie';
import { sign } from '../../../../shared/session/unsign';
import { expressSessionOracle } from './oracle';

const NAME = 'eventsapp.sid';
const SECRETS: readonly [string, string] = ['current secret', 'previous secret'];
const NOW = new Date('2026-11-23T08:09:10.987Z');
const TWO_WEEKS = 1_209_600_000;
const session = { cookieName: NAME, secrets: SECRETS, rolling: true, cookie: { path: '/' } };

const tokenFor = (id: string, secret = SECRETS[0]) => ({ source: 'cookie', value: `s:${sign(id, secret)}` }) as const;

/** What our handler wrapper would answer: the authorizer's context in between is JSON. */
function renewed(cookie: unknown, changes: Partial<RenewSessionCookie> = {}): string | undefined {
  const storedCookie = JSON.stringify(parseStoredCookie(cookie));
  return renewSessionCookie({ token: tokenFor('abc'), storedCookie, session, secure: false, now: NOW, ...changes });
}

/** What the monolith would answer to the same request for the same stored session. */
function expected(cookie: unknown, { id = 'abc', secret = SECRETS[0], secure = false } = {}) {
  const oracle = expressSessionOracle({ name: NAME, secret: [...SECRETS], rolling: true });
  oracle.store.session = JSON.stringify({ cookie, passport: { user: { userId: '1' } } });
  const headers = { cookie: `${NAME}=${encodeURIComponent(`s:${sign(id, secret)}`)}` };
  return oracle.setCookie({ headers, secure });
}

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(NOW.getTime());
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('renewSessionCookie', () => {
  const demo = {
    originalMaxAge: TWO_WEEKS,
    expires: '2026-11-01T00:00:00.000Z',
    secure: false,
    httpOnly: true,
    path: '/',
    sameSite: 'lax',
  };

  it('writes the cookie of the demo monolith', () => {
    const cookie = renewed(demo);
    expect(cookie).toBe(
      `${NAME}=${encodeURIComponent(`s:${sign('abc', SECRETS[0])}`)}; Path=/; Expires=Mon, 07 Dec 2026 08:09:10 GMT; HttpOnly; SameSite=Lax`,
    );
    expect(cookie).toBe(expected(demo));
  });

  it.each<[string, object]>([
    ['no age: a cookie of the browser session', { originalMaxAge: null, expires: null, path: '/', httpOnly: true }],
    ['age 0', { ...demo, originalMaxAge: 0 }],
    ['a negative age', { ...demo, originalMaxAge: -1 }],
    ['defaults for what is not stored', { originalMaxAge: 1000 }],
    ['nothing stored', {}],
    ['null for what stringify: false leaves undefined', { ...demo, domain: null, priority: null, partitioned: null }],
    ['no path', { ...demo, path: null }],
    ['another path', { ...demo, path: '/api' }],
    ['not HttpOnly', { ...demo, httpOnly: false }],
    ['a domain', { ...demo, domain: '.example.com' }],
    ['a domain that is a number', { ...demo, domain: 7 }],
    ['a domain that is a list, valid as text', { ...demo, domain: ['example.com'] }],
    ['a domain that is true', { ...demo, domain: true }],
    ['a path that is true', { ...demo, path: true }],
    ['a path that is an object', { ...demo, path: {} }],
    ['a priority in any case', { ...demo, priority: 'HIGH' }],
    ['partitioned', { ...demo, partitioned: true }],
    ['SameSite as true', { ...demo, sameSite: true }],
    ['SameSite=None in any case', { ...demo, sameSite: 'None' }],
    ['everything', { ...demo, domain: 'a.b', partitioned: true, priority: 'low', sameSite: 'strict' }],
  ])('writes %s as express-session', (_case, cookie) => {
    expect(renewed(cookie)).toBe(expected(cookie));
    expect(renewed(cookie)).toBeDefined();
  });

  it.each<[string, object]>([
    ['an invalid domain', { ...demo, domain: 'a b' }],
    ['an invalid path', { ...demo, path: '/;x' }],
    ['an unknown priority', { ...demo, priority: 'urgent' }],
    ['an unknown SameSite', { ...demo, sameSite: 'constructor' }],
    ['a priority that is no text', { ...demo, priority: 7 }],
    ['a domain that is an object', { ...demo, domain: {} }],
    ['a domain whose text cannot be had', { ...demo, domain: { toString: 1 } }],
    ['an age beyond the calendar', { ...demo, originalMaxAge: 1e20 }],
    ['a Secure cookie on an insecure connection', { ...demo, secure: true }],
  ])('writes nothing for %s, as express-session', (_case, cookie) => {
    expect(expected(cookie)).toBeUndefined();
    expect(renewed(cookie)).toBeUndefined();
  });

  it('writes a Secure cookie on a secure connection', () => {
    const cookie = { ...demo, secure: true };
    expect(renewed(cookie, { secure: true })).toContain('; Secure');
    expect(renewed(cookie, { secure: true })).toBe(expected(cookie, { secure: true }));
  });

  it("keeps what secure: 'auto' had decided when the session began", () => {
    expect(renewed(demo, { secure: true })).toBe(expected(demo, { secure: true }));
    expect(renewed(demo, { secure: true })).not.toContain('Secure');
  });

  it('signs anew with the first secret', () => {
    const cookie = renewed(demo, { token: tokenFor('abc', SECRETS[1]) });
    expect(cookie).toBe(renewed(demo));
    expect(cookie).toBe(expected(demo, { secret: SECRETS[1] }));
  });

  it('renews for a bearer token as for a cookie', () => {
    expect(renewed(demo, { token: { source: 'authorization', value: tokenFor('abc').value } })).toBe(renewed(demo));
  });

  it.each<[string, Partial<RenewSessionCookie>]>([
    ['the session does not roll', { session: { ...session, rolling: false } }],
    ['there is no token', { token: undefined }],
    ['the token is forged', { token: { source: 'cookie', value: 's:abc.forged' } }],
    ['the authorizer gave no cookie', { storedCookie: undefined }],
    ['the stored cookie is not JSON', { storedCookie: '{' }],
    ['the stored cookie is null', { storedCookie: 'null' }],
    ['the path lies outside the cookie path', { session: { ...session, cookie: { path: '/app' } }, path: '/api' }],
  ])('writes nothing when %s', (_case, changes) => {
    expect(renewed(demo, changes)).toBeUndefined();
  });

  it('renews within the cookie path', () => {
    const inApp = { ...session, cookie: { path: '/app' } };
    expect(renewed(demo, { session: inApp, path: '/app/x' })).toBe(renewed(demo));
  });

  it('is byte-equal for any stored cookie and id', () => {
    const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
    const stored = fc.record(
      {
        originalMaxAge: perhaps(fc.oneof(fc.integer(), fc.integer({ min: 0, max: 1e11 }))),
        expires: perhaps(fc.constant('2026-01-01T00:00:00.000Z')),
        secure: perhaps(fc.boolean()),
        httpOnly: perhaps(fc.boolean()),
        domain: perhaps(fc.oneof(fc.domain(), fc.string({ maxLength: 5 }))),
        path: perhaps(fc.oneof(fc.webPath(), fc.string({ unit: 'binary', maxLength: 5 }))),
        partitioned: perhaps(fc.boolean()),
        priority: perhaps(fc.constantFrom('low', 'Medium', 'high', 'x', '')),
        sameSite: perhaps(fc.constantFrom('lax', 'STRICT', 'none', true, false, 'x')),
      },
      { requiredKeys: [] },
    );
    const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
    let written = 0;
    fc.assert(
      fc.property(stored, id, fc.boolean(), (cookie, sessionId, secure) => {
        const ours = renewed(cookie, { token: tokenFor(sessionId), secure });
        expect(ours).toBe(expected(cookie, { id: sessionId, secure }));
        if (ours !== undefined) written += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(written).toBeGreaterThan(200);
  });
});

describe('parseStoredCookie', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['text', 'cookie'],
    ['a number', 7],
    ['an age that is text', { originalMaxAge: '1000' }],
    ['a maxAge that is an object', { maxAge: {} }],
  ])('refuses %s, on which express-session fails', (_case, value) => {
    expect(parseStoredCookie(value)).toBeUndefined();
  });

  it('reads own properties only', () => {
    const stored: unknown = JSON.parse('{"__proto__": {"domain": "evil.example"}, "originalMaxAge": 5}');
    expect(parseStoredCookie(stored)).toMatchObject({ originalMaxAge: 5, domain: undefined });
    expect(parseStoredCookie(Object.create({ domain: 'evil.example' }))?.domain).toBeUndefined();
  });
});
