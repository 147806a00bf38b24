import fc from 'fast-check';
import type { HarEntry, HarPostData } from '../../../../../shared/recording/har/har';
import { createRedactor } from '../../../../../shared/recording/redact/redact-entry';
import { isSecretName } from '../../../../../shared/recording/redact/settings';
import { harEntry } from './har-entry';

const redact = (entry: HarEntry): HarEntry =>
  createRedactor({
    sessionCookie: 'eventsapp.sid',
    credentialHeaders: ['x-api-key'],
    credentialQueries: ['api_key'],
    paths: [],
    keepCookies: [],
    logins: [],
  }).redact(entry);

/** Every way in which a body may hold what it holds, bytes included. */
function holds(redacted: HarEntry, marker: string): boolean {
  const { postData } = redacted.request;
  const { content } = redacted.response;
  const bytes = [
    postData?._encoding === 'base64' ? postData.text : undefined,
    content.encoding === 'base64' ? content.text : undefined,
  ];
  const texts = [JSON.stringify(redacted), ...bytes.map((text = '') => Buffer.from(text, 'base64').toString('latin1'))];
  const forms = [
    marker,
    encodeURIComponent(marker),
    encodeURIComponent(marker).replaceAll('%20', '+'),
    JSON.stringify(marker).slice(1, -1),
    Buffer.from(marker).toString('base64').replace(/=+$/, ''),
  ];
  return texts.some((text) => forms.some((form) => text.includes(form)));
}

/** Bodies with a secret under a name, and the type that somebody may give to them. */
const FORMS: Readonly<Record<string, (name: string, secret: string) => string>> = {
  json: (name, secret) => JSON.stringify({ a: 1, [name]: secret }),
  deep: (name, secret) => JSON.stringify({ a: [{ b: { [name]: { c: [secret] } } }] }),
  'twice, the second harmless': (name, secret) =>
    `{${JSON.stringify(name)}:${JSON.stringify(secret)},${JSON.stringify(name)}:""}`,
  'hidden by a later member': (name, secret) => `{"a":${JSON.stringify({ [name]: secret })},"a":1}`,
  'escaped name': (name, secret) =>
    `{"${Array.from(name, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}":${JSON.stringify(secret)}}`,
  'json in json': (name, secret) =>
    JSON.stringify({ body: JSON.stringify({ body: JSON.stringify({ [name]: secret }) }) }),
  'form in json': (name, secret) => JSON.stringify({ body: `a=1&${name}=${encodeURIComponent(secret)}` }),
  'json text': (name, secret) => JSON.stringify(JSON.stringify({ [name]: secret })),
  lines: (name, secret) => `{"a":1}\n${JSON.stringify({ [name]: secret })}\n`,
  label: (name, secret) => JSON.stringify([{ name, value: secret }]),
  'label after': (name, secret) => JSON.stringify([{ value: { a: secret }, key: name }]),
  form: (name, secret) => `a=1&${name}=${encodeURIComponent(secret)}&b=2`,
  'form, nested': (name, secret) => `a=1&user%5B${name}%5D=${encodeURIComponent(secret)}`,
  'json in a form': (name, secret) => `payload=${encodeURIComponent(JSON.stringify({ [name]: secret }))}&b=2`,
  multipart: (name, secret) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${secret}\r\n--x--\r\n`,
  'multipart, LF and no quotes': (name, secret) =>
    `--x\nContent-Disposition: form-data; name=${name}\n\n${secret}\n--x--`,
  'multipart with json': (name, secret) =>
    `--x\r\nContent-Disposition: form-data; name="data"\r\nContent-Type: application/json\r\n\r\n${JSON.stringify({ [name]: secret })}\r\n--x--\r\n`,
  pair: (name, secret) => JSON.stringify([[name, secret]]),
  argument: (name, secret) => `localStorage.setItem("${name}", ${JSON.stringify(secret)})`,
  'xml-rpc': (name, secret) => `<a><name>${name}</name><value>${html(secret)}</value></a>`,
  'html entities': (name, secret) => `<p data-x="{&quot;${name}&quot;:&quot;${html(secret)}&quot;}">`,
  graphql: (name, secret) => `mutation { login(user: "a", ${name}: ${JSON.stringify(secret)}) { ok } }`,
  'graphql in json': (name, secret) =>
    JSON.stringify({ query: `mutation { login(${name}: ${JSON.stringify(secret)}) { ok } }` }),
  script: (name, secret) => `<script>window.${name} = ${JSON.stringify(secret)};</script>`,
  jsonp: (name, secret) => `cb(${JSON.stringify({ a: 1, [name]: secret })});`,
  'jsonp with a list': (name, secret) => `cb(${JSON.stringify({ a: 1, [name]: [secret] })});`,
  events: (name, secret) => `event: x\ndata: ${JSON.stringify({ [name]: secret })}\n\n`,
  meta: (name, secret) => `<p>x</p><meta content='${html(secret)}' name=${name}>`,
  input: (name, secret) => `<input name="${name}" title=">" value="${html(secret)}">`,
  textarea: (name, secret) => `<textarea name="${name}">${html(secret)}</textarea>`,
  xml: (name, secret) => `<a><${name} type="x">${html(secret)}</${name}></a>`,
  cdata: (name, secret) => `<a><${name}><![CDATA[${html(secret)}]]></${name}></a>`,
  attribute: (name, secret) => `<a ${name}="${html(secret)}"/>`,
  prose: (name, secret) => `Hello\n${name}: ${secret.replaceAll('<', '')}\nBye`,
};
const html = (text: string): string => text.replaceAll(/[<>&"']/g, '');

const TYPES = [
  '',
  'application/json',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'application/graphql',
  'application/octet-stream',
  'text/html',
  'application/xml',
  'text/event-stream',
  'image/png',
];
const NAMES = ['password', 'newPass', 'userPwd', 'access_token', 'otpCode', 'pinCode', 'sessionId', 'auth', '_csrf'];
/** Begins like nothing else; with what a form may have to spell otherwise in the middle. */
const secretText = fc
  .tuple(
    fc.stringMatching(/^[A-Za-z0-9]{4}$/),
    fc.constantFrom('', '+', ' ', '/', 'é', '"', '\\', '%', 's:a.', ',', ';'),
  )
  .map(([random, odd]) => ({ secret: `${odd === 's:a.' ? odd : ''}Mk7Q${odd}zW4x${random}`, odd }));

describe('redaction', () => {
  it('leaves no secret in a body of any form, whatever its type says and however it is written down', () => {
    let kept = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(FORMS)),
        fc.constantFrom(...TYPES),
        fc.constantFrom(...NAMES),
        secretText,
        fc.constantFrom('text', 'base64', 'a byte that is no UTF-8'),
        fc.boolean(),
        (form, type, name, { secret, odd }, written, isRequest) => {
          // A quote, a space and a line of prose end where nobody can see it.
          const text = FORMS[form]?.(name, secret) ?? '';
          const mimeType = form.startsWith('multipart') ? 'multipart/form-data; boundary=x' : type;
          const bytes = Buffer.concat([Buffer.from(text), Buffer.from(written.startsWith('a byte') ? [0xe4] : [])]);
          const isBytes = written !== 'text';
          if (isBytes && mimeType === 'image/png' && written !== 'base64') return;
          const body = isBytes ? bytes.toString('base64') : text;
          const postData: HarPostData = { mimeType, text: body, ...(isBytes && { _encoding: 'base64' as const }) };
          const redacted = redact(
            isRequest
              ? harEntry({ method: 'POST', postData })
              : harEntry({ mimeType, text: body, ...(isBytes && { encoding: 'base64' as const }) }),
          );
          expect([form, odd, holds(redacted, secret) || holds(redacted, 'Mk7Q')]).toEqual([form, odd, false]);
          if (redacted._banyan?.omitted === undefined) kept += 1;
          // A recording that has been redacted already stays as it is.
          expect(redact(redacted)).toEqual(redacted);
        },
      ),
      { numRuns: 3_000 },
    );
    // Leaving everything out would be safe too, and useless.
    expect(kept).toBeGreaterThan(1_000);
  });

  it.each([
    ['a query', 'http://h/cb?code=Mk7QzW4x&state=x'],
    ['a key', 'http://h/cb?a=1&Key=Mk7QzW4x'],
    ['a fragment', 'http://h/cb#access_token=Mk7QzW4x'],
    ['a route in a fragment', 'http://h/#/cb?token=Mk7QzW4x'],
    ['a path', 'http://h/reset-password/Mk7QzW4xyz'],
    ['a matrix parameter', 'http://h/a;jsessionid=Mk7QzW4x?b=1'],
    ['an address in an address', `http://h/?next=${encodeURIComponent('/cb?access_token=Mk7QzW4x')}`],
    ['JSON in an address', `http://h/?q=${encodeURIComponent('{"password":"Mk7QzW4x"}')}`],
  ])('leaves no secret in an address: %s', (_what, url) => {
    const redacted = redact(harEntry({ url, responseHeaders: [{ name: 'Location', value: url }], text: `{"a":1}` }));
    expect(holds(redacted, 'Mk7Q')).toBe(false);
    expect(redact(redacted)).toEqual(redacted);
  });

  it.each(['X-Auth', 'X-Session-Id', 'X-Amz-Security-Token', 'Proxy-Authorization'])('header %s', (name) => {
    expect(holds(redact(harEntry({ requestHeaders: { [name]: 'Mk7QzW4x' } })), 'Mk7Q')).toBe(false);
  });

  it('leaves out bytes that repeat a secret, and says so', () => {
    const bytes = Buffer.concat([Buffer.from([0x89, 0xff]), Buffer.from('Mk7QzW4x')]).toString('base64');
    const postData = { mimeType: 'application/json', text: '{"password":"Mk7QzW4x"}' };
    const entry = (data: HarPostData) =>
      redact(harEntry({ postData: data, mimeType: 'image/png', text: bytes, encoding: 'base64' }));
    expect(entry(postData)._banyan?.omitted).toEqual(['response body: a secret in bytes']);
    expect(entry(postData).response.content.text).toBeUndefined();
    expect(entry({ mimeType: 'text/plain', text: 'x' }).response.content.text).toBe(bytes);
  });

  it.each(['oldPwd', 'userPin', 'x-session', 'HTTPAuth', 'auth_code', 'securityAnswer', 'pin2'])(
    '%s: secret',
    (name) => {
      expect(isSecretName(name)).toBe(true);
    },
  );
  it.each(['author', 'pinned', 'compass', 'authority', 'shipping', 'code', 'title', 'session'])('%s: not', (name) => {
    expect(isSecretName(name)).toBe(false);
  });

  it.each([
    ['tags', '<a "'.repeat(50_000)],
    ['quotes', `<a ${`'"<a`.repeat(50_000)}`],
    ['elements', '<password>'.repeat(20_000)],
    ['names', 'password '.repeat(40_000)],
    ['assignments', 'token="\\"'.repeat(40_000)],
    ['spaces', `password${' '.repeat(200_000)}`],
    ['members', `${'{"password":'.repeat(2_000)}1${'}'.repeat(2_000)}`],
    ['labels', `${'{"name":"password","value":'.repeat(2_000)}1${'}'.repeat(2_000)}`],
    ['parts', '--x\n'.repeat(50_000)],
    ['one word', 'a'.repeat(500_000)],
    ['words in camel case', 'aA'.repeat(100_000)],
  ])('takes no longer than in proportion: %s', (_what, text) => {
    const start = process.cpuUsage();
    for (const mimeType of ['text/html', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])
      redact(harEntry({ mimeType, text }));
    const { user } = process.cpuUsage(start);
    expect(user / 1_000).toBeLessThan(2_500);
  });
});
