import type { ObservedResponse } from '../../../shared/parity/exchange';
import { weakETag } from '../../../shared/weak-etag';
import { NOW } from '../learned-rules';
import { BASE64URL, HEX, randomText } from '../html/random';

/** What differs in each answer of legacy: `n` counts its answers. */
export interface Noise {
  readonly n: number;
  readonly random: () => number;
}

/** Something in which legacy differs from itself, and a fault that comes later, at the same place or near it. */
export interface NoisePair {
  readonly name: string;
  readonly legacy: (noise: Noise) => ObservedResponse;
  /** What a faulty Lambda makes of an answer. */
  readonly fault: (answer: ObservedResponse, noise: Noise) => ObservedResponse;
  /** Why no rule can be as narrow as the noise, so that a person decides. */
  readonly isLeftToAPerson?: true;
}

type Headers = Readonly<Record<string, string>>;

function answer(body: string, type: string, headers: Headers = {}, statusCode = 200): ObservedResponse {
  const bytes = Buffer.from(body);
  return {
    statusCode,
    headers: [
      ['Content-Type', type],
      ['Content-Length', String(bytes.length)],
      ['ETag', weakETag(bytes)],
      ...Object.entries(headers),
    ],
    body: bytes,
  };
}

const json = (value: unknown, headers?: Headers): ObservedResponse =>
  answer(JSON.stringify(value), 'application/json; charset=utf-8', headers);
const page = (body: string, headers?: Headers): ObservedResponse =>
  answer(
    `<!doctype html><html><head><title>Events</title></head><body>${body}</body></html>`,
    'text/html; charset=utf-8',
    headers,
  );

/** The same answer with another body. */
function changed(response: ObservedResponse, change: (text: string) => string): ObservedResponse {
  const before = Buffer.isBuffer(response.body) ? response.body.toString() : '';
  const body = change(before);
  if (body === before) throw new Error(`the fault changes nothing in ${before}`);
  const own = new Set(['content-type', 'content-length', 'etag']);
  const type = response.headers.find(([name]) => name === 'Content-Type')?.[1] ?? '';
  const others = response.headers.filter(([name]) => !own.has(name.toLowerCase()));
  return answer(body, type, Object.fromEntries(others), response.statusCode);
}

const replaced =
  (from: string | RegExp, to: string): NoisePair['fault'] =>
  (response) =>
    changed(response, (text) => text.replace(from, to));

const withHeader =
  (name: string, value: string): NoisePair['fault'] =>
  (response) => ({
    ...response,
    headers: response.headers.map(([one, old]) => [one, one === name ? value : old] as const),
  });

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((one) => [random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}

const whole = (random: () => number, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));
const hex = (random: () => number, length: number): string => randomText(random, length, HEX);
const token = (random: () => number, length: number): string => randomText(random, length, BASE64URL);
const uuid = (random: () => number): string =>
  `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`;

const EVENTS = ['Harbour concert', 'Annual meeting', 'Night run', 'Book market', 'Code retreat'].map((title, i) => ({
  id: `5eede0e0000000000000000${i}`,
  title,
  customerAccountId: 'acme',
  seats: 40 + i,
}));

export const NOISE_PAIRS: readonly NoisePair[] = [
  {
    name: 'tags in any order; one is lost and another stands twice',
    legacy: ({ random }) => json({ tags: shuffled(['music', 'outdoor', 'free', 'late'], random) }),
    fault: replaced('"free"', '"music"'),
  },
  {
    name: 'events in any order; one has the title of another',
    legacy: ({ random }) => json({ events: shuffled(EVENTS, random) }),
    fault: replaced('Night run', 'Book market'),
  },
  {
    name: 'events in any order, each with a counter; one is of another tenant',
    legacy: ({ n, random }) =>
      json({ events: shuffled(EVENTS, random).map((one, i) => ({ ...one, views: 70 + n * 2 + i })) }),
    fault: replaced('"customerAccountId":"acme"', '"customerAccountId":"globex"'),
  },
  {
    name: 'events of one day in any order; they come in the order of their days reversed',
    legacy: ({ random }) => {
      const days = ['2026-12-01', '2026-12-01', '2026-12-01', '2026-12-08', '2026-12-09'];
      const events = EVENTS.map((one, i) => ({ ...one, day: days[i] }));
      return json([...shuffled(events.slice(0, 3), random), ...events.slice(3)]);
    },
    fault: (response) => changed(response, (text) => JSON.stringify((JSON.parse(text) as unknown[]).reverse())),
  },
  {
    name: 'a request id; it is the text undefined',
    legacy: ({ random }) => json({ requestId: uuid(random), ok: true }),
    fault: (response) => changed(response, (text) => text.replace(/[0-9a-f-]{36}/, 'undefined')),
  },
  {
    name: 'an ObjectId made up; it comes in capitals',
    legacy: ({ random }) => json({ draft: { id: `65f0aa${hex(random, 18)}`, title: 'New' } }),
    fault: (response) => changed(response, (text) => text.replace(/[0-9a-f]{24}/, (id) => id.toUpperCase())),
  },
  {
    name: 'the age of a cache; the time is of another zone',
    legacy: ({ n }) => json({ cachedAt: new Date(NOW - 90_000 + n * 700).toISOString(), total: 7 }),
    fault: (response) => changed(response, (text) => text.replace(/T\d\d/, 'T01').replace('Z"', '+01:00"')),
  },
  {
    name: 'the age of a cache; it is a year old',
    legacy: ({ n }) => json({ cachedAt: new Date(NOW - 90_000 + n * 700).toISOString(), total: 7 }),
    fault: replaced('"2026-', '"2025-'),
  },
  {
    name: 'an expiry in seconds; it is in milliseconds',
    legacy: ({ n }) => json({ expires: 1_795_996_800 + n * 3 }),
    fault: (response) => changed(response, (text) => text.replace(/(\d{10})/, '$1000')),
  },
  {
    name: 'a counter of views; it begins anew',
    legacy: ({ n }) => json({ id: 7, views: 1_041 + n }),
    fault: (response) => changed(response, (text) => text.replace(/"views":\d+/, '"views":1')),
  },
  {
    name: 'a counter of views; it is a text',
    legacy: ({ n }) => json({ id: 7, views: 1_041 + n }),
    fault: (response) => changed(response, (text) => text.replace(/"views":(\d+)/, '"views":"$1"')),
  },
  {
    name: 'a duration in milliseconds; it is in seconds',
    legacy: ({ random }) => json({ hits: 3, tookMs: whole(random, 8, 95) }),
    fault: (response) => changed(response, (text) => text.replace(/"tookMs":(\d+)/, '"tookMs":0.0$1')),
  },
  {
    name: 'a load as a fraction; it is in per cent',
    legacy: ({ random }) => json({ load: 0.2 + Math.round(random() * 500) / 1_000, nodes: 3 }),
    fault: (response) => changed(response, (text) => text.replace(/"load":0\.(\d)/, '"load":$15.')),
  },
  {
    name: 'one of three stocks changes; another one is wrong',
    legacy: ({ n }) =>
      json({
        items: [
          { sku: 'a', stock: 90 - n },
          { sku: 'b', stock: 12 },
          { sku: 'c', stock: 5 },
        ],
      }),
    fault: replaced('"stock":12', '"stock":11'),
  },
  {
    name: 'a CSRF token of a form; it is empty',
    legacy: ({ random }) =>
      page(
        `<form action="/book"><input name="_csrf" value="${token(random, 36)}"><input name="seats" value="1"></form>`,
      ),
    fault: (response) => changed(response, (text) => text.replace(/(_csrf" value=")[^"]*/, '$1')),
  },
  {
    name: 'a nonce in page and header; the policy lets all scripts in',
    legacy: ({ random }) => {
      const nonce = token(random, 22);
      return page(`<script nonce="${nonce}">start()</script>`, {
        'Content-Security-Policy': `script-src 'nonce-${nonce}'`,
      });
    },
    fault: (response) => ({
      ...response,
      headers: response.headers.map(([name, value]) =>
        name === 'Content-Security-Policy' ? ([name, `${value} 'unsafe-inline'`] as const) : ([name, value] as const),
      ),
    }),
  },
  {
    name: 'a footer with the time it took; the name in it is of another user',
    legacy: ({ random }) =>
      page(`<main><h1>Hi</h1></main><footer><p>Ada Keller, rendered in ${whole(random, 5, 80)} ms</p></footer>`),
    fault: replaced('Ada Keller', 'Ben Osei'),
  },
  {
    name: 'a request id in the state of a page; the role in it is another',
    legacy: ({ random }) =>
      page(`<script>window.state = {"request":"${uuid(random)}","user":{"role":"member"}};</script>`),
    fault: replaced('"role":"member"', '"role":"organiser"'),
  },
  {
    name: 'the request id in a header; it is missing',
    legacy: ({ random }) => json({ ok: true }, { 'X-Request-Id': uuid(random) }),
    fault: (response) => ({ ...response, headers: response.headers.filter(([name]) => name !== 'X-Request-Id') }),
  },
  {
    name: 'which machine answers; an internal address leaks',
    legacy: ({ random }) => json({ ok: true }, { 'X-Served-By': `web-${whole(random, 1, 4)}` }),
    fault: withHeader('X-Served-By', 'ip-10-0-3-17.internal'),
  },
  {
    name: 'what is left of a limit; nothing is left',
    legacy: ({ n }) => json({ ok: true }, { 'X-RateLimit-Remaining': String(98 - n) }),
    fault: withHeader('X-RateLimit-Remaining', '0'),
  },
  {
    name: 'a time in a header; it is not the form that HTTP has',
    legacy: ({ n }) => json({ ok: true }, { 'Last-Modified': new Date(NOW - 500_000 + n * 1_000).toUTCString() }),
    fault: withHeader('Last-Modified', new Date(NOW - 500_000).toISOString()),
  },
  {
    name: 'the value of a cookie; it is an object as text',
    legacy: ({ random }) => json({ ok: true }, { 'Set-Cookie': `visitor=${hex(random, 32)}; Path=/; HttpOnly` }),
    fault: withHeader('Set-Cookie', 'visitor=[object Object]; Path=/; HttpOnly'),
  },
  {
    name: 'where a new order is; the address is of the gateway',
    legacy: ({ random }) =>
      answer('', 'text/plain', { Location: `https://shop.example/orders/${whole(random, 100_000, 999_999)}` }, 303),
    fault: (response) => ({
      ...response,
      headers: response.headers.map(
        ([name, value]) => [name, value.replace('shop.example', 'abc.execute-api.example/prod')] as const,
      ),
    }),
  },
  {
    name: 'tenants in any order with their active users; one more is there',
    legacy: ({ random }) =>
      json(
        shuffled(['acme', 'globex', 'initech'], random).map((tenant) => ({ tenant, active: whole(random, 10, 99) })),
      ),
    fault: replaced('[{', '[{"tenant":"umbrella","active":12},{'),
  },
  {
    name: 'a token in each line of an export; the last line is lost',
    legacy: ({ random }) =>
      answer(
        EVENTS.map(({ id }) => JSON.stringify({ id, cursor: token(random, 24) })).join('\n'),
        'application/x-ndjson',
      ),
    fault: replaced(/\n[^\n]*$/, ''),
  },
  {
    name: 'a time in a text; the number in the same line is wrong',
    legacy: ({ n }) =>
      answer(
        `# report\ngenerated ${new Date(NOW - 60_000 + n * 999).toISOString()} rows=17\nend`,
        'text/plain; charset=utf-8',
      ),
    fault: replaced('rows=17', 'rows=16'),
  },
  {
    name: 'a JWT; its signature is empty',
    legacy: ({ random }) => json({ jwt: `eyJhbGciOiJIUzI1NiJ9.${token(random, 48)}.${token(random, 43)}` }),
    fault: (response) => changed(response, (text) => text.replace(/\.[\w-]{43}"/, '."')),
  },
  {
    name: 'a signed address; it is of another bucket',
    legacy: ({ random, n }) =>
      json({ photo: `https://photos.example/a/1.jpg?Expires=${1_795_996_800 + n}&Signature=${hex(random, 64)}` }),
    fault: replaced('/a/1.jpg', '/b/1.jpg'),
  },
  {
    name: 'a counter of views; it counts one too many',
    legacy: ({ n }) => json({ id: 7, views: 1_041 + n }),
    fault: (response) => changed(response, (text) => text.replace(/\d+(?=})/, (views) => String(Number(views) + 1))),
  },
  {
    name: 'a token of the session; it is the same for all users',
    legacy: ({ random }) => json({ csrf: token(random, 36) }),
    fault: (response) => changed(response, (text) => text.replace(/[\w-]{36}/, 'AAAA0000bbbb1111CCCC2222dddd3333EEEE')),
  },
  {
    name: 'a service that fails now and then; it always fails',
    legacy: ({ n }) => (n % 3 === 1 ? answer('{"error":"busy"}', 'application/json', {}, 503) : json({ ok: true })),
    fault: () => answer('{"error":"busy"}', 'application/json', {}, 503),
    isLeftToAPerson: true,
  },
  {
    name: 'recommendations that are others each time; a price is wrong',
    legacy: ({ random }) => json({ more: shuffled(EVENTS, random).slice(0, 2), price: 12 }),
    fault: replaced('"seats":4', '"seats":14'),
    isLeftToAPerson: true,
  },
  {
    name: 'a greeting in other words each time; the name is of another user',
    legacy: ({ random }) => json({ greeting: `${['Hello', 'Welcome', 'Good day'][whole(random, 0, 2)] ?? ''}, Ada` }),
    fault: replaced('Ada', 'Ben'),
    isLeftToAPerson: true,
  },
  {
    name: 'an experiment that is on or off; it is a text',
    legacy: ({ n }) => json({ experiment: n % 2 === 0, total: 3 }),
    fault: (response) => changed(response, (text) => text.replace(/(true|false)/, '"$1"')),
    isLeftToAPerson: true,
  },
];
