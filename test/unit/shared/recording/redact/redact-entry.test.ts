import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import type { HarEntry } from '../../../../../shared/recording/har/har';
import { createPlaceholders } from '../../../../../shared/recording/redact/placeholders';
import { createRedactor } from '../../../../../shared/recording/redact/redact-entry';
import type { RedactionSettings } from '../../../../../shared/recording/redact/settings';
import { harEntry } from './har-entry';

const SETTINGS: RedactionSettings = {
  sessionCookie: 'eventsapp.sid',
  credentialHeaders: ['x-api-key'],
  credentialQueries: ['key'],
  paths: [],
  keepCookies: ['language'],
  logins: [{ method: 'POST', path: '/api/auth/login' }],
};

/** As cookie-signature signs. */
function token(id: string): string {
  return `s:${id}.${createHmac('sha256', 'secret').update(id).digest('base64').replace(/=+$/, '')}`;
}

const A = token('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
const B = token('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb');

const redact = (entry: HarEntry, settings: Partial<RedactionSettings> = {}): HarEntry =>
  createRedactor({ ...SETTINGS, ...settings }).redact(entry);
const headersOf = (entry: HarEntry): Record<string, string> =>
  Object.fromEntries(entry.request.headers.map(({ name, value }) => [name, value]));
const json = (value: unknown) => ({ mimeType: 'application/json', text: JSON.stringify(value) });

describe('redaction of a HAR entry', () => {
  it('refuses an exchange with more secrets than its caller can search for', () => {
    const redactor = createRedactor(SETTINGS, undefined, { mostSecrets: 10 });
    const withPasswords = (count: number): HarEntry =>
      harEntry({ postData: json(Array.from({ length: count }, (_, i) => ({ password: `secret-${i}` }))) });
    expect(redactor.redact(withPasswords(10)).request.postData?.text).not.toContain('secret-');
    expect(() => redactor.redact(withPasswords(11))).toThrow('more than 10 secrets in one exchange');
  });

  it('gives every session a placeholder of its own, the same wherever and however its token stands', () => {
    const redactor = createRedactor(SETTINGS);
    const cookie = (value: string) => harEntry({ requestHeaders: { Cookie: `eventsapp.sid=${value}` } });
    const bearer = (value: string) => harEntry({ requestHeaders: { Authorization: `Bearer ${value}` } });
    const found = [cookie(encodeURIComponent(A)), bearer(A), bearer(encodeURIComponent(B)), cookie(A)].map((entry) => {
      const redacted = redactor.redact(entry);
      return [headersOf(redacted), redacted._banyan];
    });
    expect(found).toEqual([
      [{ Cookie: 'eventsapp.sid=session-1' }, { session: 'session-1' }],
      [{ Authorization: 'Bearer session-1' }, { session: 'session-1' }],
      [{ Authorization: 'Bearer session-2' }, { session: 'session-2' }],
      [{ Cookie: 'eventsapp.sid=session-1' }, { session: 'session-1' }],
    ]);
  });

  it('redacts a login and says whose session begins', () => {
    const redacted = redact(
      harEntry({
        method: 'POST',
        url: 'http://127.0.0.1/api/auth/login',
        postData: json({ email: 'organiser@example.com', password: 'correct horse', remember: true }),
        responseHeaders: [
          { name: 'Set-Cookie', value: `eventsapp.sid=${encodeURIComponent(A)}; Path=/; HttpOnly` },
          { name: 'Set-Cookie', value: 'tracker=1234567; Path=/' },
        ],
        text: JSON.stringify({ user: { fullName: 'Olga' }, token: A, echoed: 'correct horse' }),
      }),
    );
    expect(redacted.request.postData?.text).toBe(
      '{"email":"organiser@example.com","password":"[redacted]","remember":true}',
    );
    expect(redacted.response.headers).toEqual([
      { name: 'Set-Cookie', value: 'eventsapp.sid=session-1; Path=/; HttpOnly' },
      { name: 'Set-Cookie', value: 'tracker=[redacted]; Path=/' },
    ]);
    expect(redacted.response.content.text).toBe(
      '{"user":{"fullName":"Olga"},"token":"session-1","echoed":"[redacted]"}',
    );
    expect(redacted._banyan).toEqual({ begins: 'session-1', user: { login: { email: 'organiser@example.com' } } });
  });

  it('redacts forms, and what a browser writes as params', () => {
    const form = redact(
      harEntry({
        method: 'POST',
        postData: {
          mimeType: 'application/x-www-form-urlencoded',
          text: 'email=a%40b.example&user%5Bpwd%5D=let+me+in',
          params: [
            { name: 'email', value: 'a@b.example' },
            { name: 'user[pwd]', value: 'let me in' },
          ],
        },
      }),
    );
    expect(form.request.postData).toMatchObject({
      text: 'email=a%40b.example&user%5Bpwd%5D=%5Bredacted%5D',
      params: [{ value: 'a@b.example' }, { value: '[redacted]' }],
    });
  });

  it('redacts fields of a multipart body and leaves the bytes of files alone', () => {
    const photo = Buffer.from([0xff, 0xd8, 0x00, 0x0d, 0x0a, 0x80]);
    const body = Buffer.concat([
      Buffer.from('--x\r\nContent-Disposition: form-data; name="secret"\r\n\r\nhunter22\r\n'),
      Buffer.from('--x\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'),
      photo,
      Buffer.from('\r\n--x--\r\n'),
    ]);
    const { request } = redact(
      harEntry({
        method: 'POST',
        postData: { mimeType: 'multipart/form-data; boundary=x', text: body.toString('base64'), _encoding: 'base64' },
      }),
    );
    const redacted = Buffer.from(request.postData?.text ?? '', 'base64');
    expect(redacted.includes('hunter22')).toBe(false);
    expect(redacted.includes('name="secret"\r\n\r\n[redacted]\r\n--x')).toBe(true);
    expect(redacted.includes(photo)).toBe(true);
  });

  it('redacts addresses, keys in headers and queries, other cookies and the client address', () => {
    const entry = redact(
      harEntry({
        url: 'http://127.0.0.1/api/events?key=partner-key-1&access_token=t0pSecret&page=2',
        requestHeaders: {
          'X-Api-Key': 'demo-key-51f0c7a2',
          Cookie: 'language=de; ab=variant-7',
          'X-Forwarded-For': '203.0.113.9',
          Referer: 'https://app.example/reset?token=reset-12345&x=1',
          'X-CSRF-Token': 'csrf-77',
        },
        text: JSON.stringify({ next: '/api/events?key=partner-key-1&page=3' }),
      }),
    );
    expect(entry.request.url).toBe('http://127.0.0.1/api/events?key=credential-1&access_token=%5Bredacted%5D&page=2');
    expect(entry.request.queryString[0]).toEqual({ name: 'key', value: 'credential-1' });
    expect(headersOf(entry)).toEqual({
      'X-Api-Key': 'credential-2',
      Cookie: 'language=de; ab=[redacted]',
      'X-Forwarded-For': '[redacted]',
      Referer: 'https://app.example/reset?token=%5Bredacted%5D&x=1',
      'X-CSRF-Token': 'credential-3',
    });
    expect(entry.response.content.text).toBe('{"next":"/api/events?key=credential-1&page=3"}');
  });

  it('removes configured JSON paths and what repeats them', () => {
    const entry = redact(
      harEntry({
        url: 'http://127.0.0.1/api/users?q=ann%40example.com',
        text: JSON.stringify({ users: [{ email: 'ann@example.com', phone: 1 }, { email: 'bob@example.com' }], n: 2 }),
      }),
      { paths: ['$.users[*].email', '$..phone'] },
    );
    expect(entry.response.content.text).toBe(
      '{"users":[{"email":"[redacted]","phone":"[redacted]"},{"email":"[redacted]"}],"n":2}',
    );
    expect(entry.request.url).toBe('http://127.0.0.1/api/users?q=[redacted]');
  });

  it('redacts hidden fields of HTML and elements of XML', () => {
    const page =
      '<form><input type="hidden" value="abc-123" name="_csrf"><input name="q" value="x"></form><password>p</password>';
    const { response } = redact(harEntry({ mimeType: 'text/html', text: page }));
    expect(response.content.text).toBe(
      '<form><input type="hidden" value="[redacted]" name="_csrf"><input name="q" value="x"></form><password>[redacted]</password>',
    );
  });

  it('leaves what it does not change as it was written', () => {
    const text = '{ "a": 1.0, "b": 12345678901234567890, "a": 2 }';
    expect(redact(harEntry({ text })).response.content.text).toBe(text);
  });

  it('leaves out what says it is JSON and is not, because nobody can look into it', () => {
    const entry = redact(
      harEntry({ postData: { mimeType: 'application/json', text: '{"password":"oops' }, text: 'also "not JSON' }),
    );
    expect(entry.request.postData).toEqual({ mimeType: 'application/json' });
    expect(entry.response.content.text).toBeUndefined();
    expect(entry._banyan?.omitted).toEqual([
      'request body: not what its type says',
      'response body: not what its type says',
    ]);
  });

  it('looks into JSON that a browser wrote as base64', () => {
    const text = Buffer.from(JSON.stringify({ token: A, password: 'hunter22' })).toString('base64');
    expect(redact(harEntry({ text, encoding: 'base64' })).response.content).toMatchObject({
      text: '{"token":"session-1","password":"[redacted]"}',
    });
  });

  it('never keeps a secret, wherever it stands', () => {
    const place = fc.constantFrom(
      'cookie',
      'bearer',
      'query',
      'referer',
      'key',
      'field',
      'deep',
      'text',
      'form',
      'set-cookie',
    );
    const id = fc.stringMatching(/^[A-Za-z0-9_-]{16,32}$/);
    fc.assert(
      fc.property(id, fc.array(place, { minLength: 1, maxLength: 6 }), fc.boolean(), (secretId, places, encode) => {
        const value = encode ? encodeURIComponent(token(secretId)) : token(secretId);
        const at = (name: string): string => (places.includes(name as 'cookie') ? value : 'none');
        const entry = harEntry({
          url: `http://127.0.0.1/x?a=${at('query')}`,
          requestHeaders: {
            Cookie: `a=1; eventsapp.sid=${at('cookie')}`,
            ...(places.includes('bearer') && { Authorization: `Bearer ${value}` }),
            'X-Api-Key': at('key'),
            Referer: `http://127.0.0.1/y?sid=${at('referer')}`,
          },
          postData: { mimeType: 'application/x-www-form-urlencoded', text: `token=${at('form')}` },
          responseHeaders: [{ name: 'Set-Cookie', value: `eventsapp.sid=${at('set-cookie')}; Path=/` }],
          text: JSON.stringify({ token: at('field'), a: [{ b: { session: at('deep'), c: `see ${at('text')}!` } }] }),
        });
        const text = JSON.stringify(redact(entry));
        expect(text).not.toContain(secretId);
      }),
      { numRuns: 300 },
    );
  });

  it('remembers a bounded number of secrets and never gives a number twice', () => {
    const placeholders = createPlaceholders(2);
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map((id) => placeholders.session(id))).toEqual([
      'session-1',
      'session-2',
      'session-1',
      'session-3',
      'session-1',
      'session-4',
    ]);
  });
});
