import type { HarEntry, HarPostData } from '../../../../../shared/recording/har/har';
import { createRedactor } from '../../../../../shared/recording/redact/redact-entry';
import { isAddressKept } from '../../../../../shared/recording/redact/redact-names';
import { harEntry } from './har-entry';

const SETTINGS = {
  sessionCookie: 'shop.id9000',
  credentialHeaders: [],
  credentialQueries: [],
  paths: [],
  keepCookies: [],
  logins: [],
};
/** No name of a secret, no form of a token: only the place makes it a name. */
const ODD = 'Qx7TzR2mK9pLw4Vb8NcY1sDf';
const redact = (entry: HarEntry): HarEntry => createRedactor(SETTINGS).redact(entry);
const form = (text: string): HarPostData => ({ mimeType: 'application/x-www-form-urlencoded', text });
const multipart = (text: string): HarPostData => ({ mimeType: 'multipart/form-data; boundary=b', text });
const part = (head: string): string => `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\nx\r\n--b--\r\n`;

describe('names in a recording', () => {
  it.each<[string, HarEntry]>([
    ['a parameter without a value', harEntry({ url: `http://127.0.0.1/a?${ODD}` })],
    ['a parameter', harEntry({ url: `http://127.0.0.1/a?b=1&${ODD}=1` })],
    ['a segment', harEntry({ url: `http://127.0.0.1/files/${ODD}/x` })],
    ['a host', harEntry({ url: `http://${ODD}.example/a`, requestHeaders: { Host: `${ODD}.example` } })],
    ['a forwarded host', harEntry({ requestHeaders: { 'X-Forwarded-Host': `${ODD}.example` } })],
    ['a referer', harEntry({ requestHeaders: { Referer: `http://127.0.0.1/${ODD}?${ODD}` } })],
    ['a header', harEntry({ requestHeaders: { [`X-${ODD}`]: '1' } })],
    ['a cookie', harEntry({ requestHeaders: { Cookie: `a=1; ${ODD}=2` } })],
    ['a cookie without a value', harEntry({ requestHeaders: { Cookie: ODD } })],
    ['a field of a form', harEntry({ method: 'POST', postData: form(`a=1&${ODD}=2`) })],
    ['a form that is one name', harEntry({ method: 'POST', postData: form(ODD) })],
    [
      'a field of a browser',
      harEntry({ method: 'POST', postData: { ...form(''), params: [{ name: ODD, value: '1' }] } }),
    ],
    ['a part', harEntry({ method: 'POST', postData: multipart(part(`name="${ODD}"`)) })],
    ['a file', harEntry({ method: 'POST', postData: multipart(part(`name="photo"; filename="${ODD}.png"`)) })],
    [
      'a file by RFC 5987',
      harEntry({ method: 'POST', postData: multipart(part(`name="p"; filename*=UTF-8''${ODD}`)) }),
    ],
    ['a method', harEntry({ method: ODD.toUpperCase() })],
    [
      'a segment that the answer repeats',
      harEntry({ url: `http://127.0.0.1/${ODD}`, mimeType: 'text/html', text: `Cannot GET /${ODD}` }),
    ],
  ])('does not keep %s', (_where, entry) => {
    const redacted = redact(entry);
    expect(JSON.stringify(redacted).toLowerCase()).not.toContain(ODD.toLowerCase());
    expect(redact(redacted)).toEqual(redacted);
  });

  it('keeps plain names, ids of records and the configured cookie, so that the request can be sent again', () => {
    const url = 'http://shop.example:8080/api/events/65f0c0ffee65f0c0ffee65f0/attendees?page=2&sort[by]=name';
    const entry = harEntry({ url, requestHeaders: { Cookie: 'shop.id9000=x; theme=y', 'Accept-Language': 'de' } });
    const { request } = redact(entry);
    expect(request.url).toBe(url);
    expect(isAddressKept(request.url)).toBe(true);
    expect(request.headers).toEqual([
      { name: 'Cookie', value: 'shop.id9000=credential-1; theme=[redacted]' },
      { name: 'Accept-Language', value: 'de' },
    ]);
    expect(isAddressKept(redact(harEntry({ url: `http://127.0.0.1/a?${ODD}` })).request.url)).toBe(false);
  });

  it('leaves out an answer that could repeat more odd names than are looked for', () => {
    const names = Array.from({ length: 60 }, (_, i) => `${ODD}${i}`);
    const entry = harEntry({ url: `http://127.0.0.1/a?${names.join('&')}`, text: JSON.stringify(names) });
    const { response, _banyan: notes } = redact(entry);
    expect(response.content.text).toBeUndefined();
    expect(notes?.omitted).toEqual(['response body: too many odd names in the request']);
  });
});
