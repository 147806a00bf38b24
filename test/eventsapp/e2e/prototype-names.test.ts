import { DEMO_IDS } from '../seed';
import { logIn } from '../parity/identities';
import { exchangeRaw } from '../../support/raw-client';
import { runSystem, type RunningSystem } from '../support/running-system';

/** What every object answers to, unless it is asked for its own properties only. */
const NAMES = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', '__defineGetter__', 'valueOf'];
const EVENT = `/api/events/${DEMO_IDS.event(5).toHexString()}`;

/** Names that clients choose are looked up nowhere in what objects inherit: proxy, gateway, authorizer, function, monolith. */
describe('names that all objects have', () => {
  let system: RunningSystem;
  let cookie: string;

  beforeAll(async () => {
    // Where Express's own error page answers, it prints a stack.
    jest.spyOn(console, 'error').mockImplementation();
    system = await runSystem({ stage: 'lambda' });
    const organiser = (await logIn(system.legacy.url)).get('organiser') ?? {};
    cookie = Object.values(organiser).join('');
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await system.close();
  });

  const request = (line: string, headers: readonly string[], body = ''): string =>
    [
      `${line} HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
      ...headers,
      '',
      body,
    ].join('\r\n');
  const portOf = (url: string): number => Number(new URL(url).port);
  const essence = (answer: string): string =>
    `${/^HTTP\/1.1 \d+/.exec(answer)?.[0] ?? 'none'} ${answer.slice(answer.indexOf('\r\n\r\n') + 4)}`;

  const session = (): string => `Cookie: ${cookie}`;
  const json = 'Content-Type: application/json';
  const form = (name: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\nx\r\n` +
    `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n`;

  const cases = (name: string): [what: string, make: () => string][] => [
    ['a header', () => request(`GET ${EVENT}`, [session(), `${name}: a`])],
    ['a header twice', () => request(`GET ${EVENT}`, [session(), `${name}: a`, `${name}: b`])],
    [
      'a header among many',
      () =>
        request(`GET ${EVENT}`, [
          session(),
          ...Array.from({ length: 40 }, (_, i) => `A${i}: b`),
          `${name}: a`,
          `${name}: b`,
        ]),
    ],
    ['a header named by Connection', () => request(`GET ${EVENT}`, [session(), `Connection: ${name}`, `${name}: a`])],
    ['a header of an anonymous client', () => request(`GET ${EVENT}`, [`${name}: a`, `${name}: b`])],
    ['the name in a query', () => request(`GET /api/events?${name}=1&${name}[a]=2&filter[${name}]=x`, [session()])],
    ['a cookie', () => request(`GET ${EVENT}`, [`Cookie: ${name}=a; ${cookie}; ${name}=b`])],
    ['a bearer token', () => request(`GET ${EVENT}`, [`Authorization: Bearer ${name}`])],
    ['a scheme of Authorization', () => request(`GET ${EVENT}`, [`Authorization: ${name} ${name}`])],
    [
      'a content type and coding',
      () =>
        request(
          `POST ${EVENT}/activity`,
          [session(), `Content-Type: ${name}/${name}; charset=${name}`, `Content-Encoding: ${name}`],
          'x',
        ),
    ],
    ['what is accepted', () => request(`GET ${EVENT}`, [session(), `Accept: ${name}`, `Accept-Encoding: ${name}`])],
    ['a segment of a path', () => request(`GET /api/events/${name}`, [session()])],
    ['a segment of an unknown path', () => request(`GET /${name}/${name}`, [session()])],
    ['a key of JSON', () => request('POST /api/events', [session(), json], `{"${name}":{"${name}":1},"name":"x"}`)],
    ['a value of JSON', () => request(`POST ${EVENT}/activity`, [session(), json], `{"type":"${name}","${name}":"x"}`)],
    [
      'a key of a form',
      () =>
        request(
          `POST ${EVENT}/activity`,
          [session(), 'Content-Type: application/x-www-form-urlencoded'],
          `${name}=1&${name}[a]=2`,
        ),
    ],
    [
      'a part of a form',
      () => request(`POST ${EVENT}/photos`, [session(), 'Content-Type: multipart/form-data; boundary=b'], form(name)),
    ],
  ];
  const forms: ((text: string) => string)[] = [(text) => text, (text) => text.replace('HTTP/1.1', 'HTTP/1.0')];

  describe.each(NAMES)('%s', (name) => {
    it.each(cases(name))('as %s is answered as by the monolith', async (_what, make) => {
      for (const spelt of forms) {
        const text = spelt(make());
        const expected = essence(await exchangeRaw(portOf(system.legacy.url), text));
        expect(expected).toMatch(/^HTTP\/1.1 [234]/);
        expect(essence(await exchangeRaw(portOf(system.proxy.url), text))).toBe(expected);
      }
    });
  });
});
