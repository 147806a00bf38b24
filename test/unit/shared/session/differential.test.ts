import fc from 'fast-check';
import { bearerToCookie } from '../../../oracles/bearer';
import { tokenFromRequest, type RequestHeaders } from '../../../../shared/session/token-from-request';
import { sign, unsign } from '../../../../shared/session/unsign';
import { expressSessionOracle } from './oracle';

/**
 * The monolith's own reader (its bearer middleware, then the real express-session) against ours, on generated headers:
 * which id does each of them look up in the store? `npm run fuzz:session` compares 200,000 instead of the usual 20,000. A failure
 * prints its seed and the smallest headers that still disagree.
 */
const RUNS = Number(process.env['SESSION_FUZZ_RUNS'] ?? 20_000);
const NAME = 'eventsapp.sid';
const SECRETS = ['current secret', 'previous secret'];

type Header = readonly ['Cookie' | 'cookie' | 'COOKIE' | 'Authorization' | 'authorization', string];

/** What Node's HTTP parser lets through in a header value. */
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((c) => c !== 0x7f)
    .map((c) => String.fromCharCode(c)),
  maxLength: 8,
});

const id = fc.oneof(
  fc.stringMatching(/^[\w-]{32}$/),
  fc.constantFrom('a.b', '.', 'a%2Eb', '%', '{"$ne":1}', '$where', '__proto__', 'a;b', 'a b', '"a"', 'ü', 'a\0b', ''),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
);
const whole = (text: string) => text;
const damage = fc.oneof(
  { weight: 3, arbitrary: fc.constant(whole) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<(token: string) => string>(
      (text) => text.slice(0, -1),
      (text) => `${text}=`,
      (text) => text.slice(2),
      (text) => text.replace('s:', 'S:'),
      (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
      (text) => text.replace('.', ''),
      (text) => `${text}.`,
    ),
  },
);
const encoding = fc.oneof(
  { weight: 3, arbitrary: fc.constant(encodeURIComponent) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<(token: string) => string>(
      (text) => encodeURIComponent(encodeURIComponent(text)),
      (text) => `"${encodeURIComponent(text)}"`,
      (text) => `"${encodeURIComponent(text)}`,
      (text) => ` \t${encodeURIComponent(text)} `,
      (text) => `${encodeURIComponent(text)}%`,
      latin1,
    ),
  },
);
const token = fc
  .tuple(id, fc.constantFrom(...SECRETS, ...SECRETS, ...SECRETS, 'foreign secret'), damage, encoding)
  .map(([value, secret, harm, encode]) => encode(harm(`s:${sign(value, secret)}`)));

const cookieName = fc.constantFrom(
  NAME,
  NAME,
  NAME,
  NAME,
  NAME,
  NAME,
  NAME,
  NAME,
  'Eventsapp.sid',
  'connect.sid',
  '__proto__',
  '',
);
const pair = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(cookieName, token).map(([name, value]) => `${name}=${value}`) },
  { weight: 1, arbitrary: fc.tuple(cookieName, headerText).map(([name, value]) => `${name}=${value}`) },
  { weight: 1, arbitrary: headerText },
);
const cookieHeader = fc
  .array(fc.tuple(pair, fc.constantFrom('; ', '; ', ';', ' ; ', ';;', ', ')), { minLength: 1, maxLength: 4 })
  .map((pairs) => pairs.flat().slice(0, -1).join(''));
const authorization = fc.oneof(
  fc
    .tuple(fc.constantFrom('Bearer ', 'Bearer ', 'bearer ', 'BEARER  ', 'Basic ', 'Bearer', ''), token)
    .map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('Bearer ', ''), headerText).map((parts) => parts.join('')),
);
const headers = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom('Cookie', 'cookie', 'COOKIE'), cookieHeader) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('Authorization', 'authorization'), authorization) },
  ),
  { minLength: 1, maxLength: 3 },
) as fc.Arbitrary<readonly Header[]>;

/** Characters beyond latin1 cannot be in a header. */
function latin1(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}

/**
 * Node: cookies joined, of several Authorization headers the first. An event groups headers by the spelling of their
 * name, so the order between spellings is lost before we see it; here they come in the event's order.
 */
function asNode(list: readonly Header[]): Record<string, string> {
  const entries = Object.entries(asEvent(list).multiValueHeaders ?? {});
  const values = (name: string) =>
    entries.filter(([key]) => key.toLowerCase() === name).flatMap(([, many]) => many ?? []);
  const [first] = values('authorization');
  return { cookie: values('cookie').join('; '), ...(first !== undefined && { authorization: first }) };
}

/** API Gateway: one entry for every spelling of a name. */
function asEvent(list: readonly Header[]): RequestHeaders {
  const multiValueHeaders: Record<string, string[]> = {};
  for (const [name, value] of list) (multiValueHeaders[name] ??= []).push(value);
  return { headers: Object.fromEntries(list), multiValueHeaders };
}

describe('the reader against express-session', () => {
  it(
    `accepts the same id from ${RUNS.toLocaleString('en')} generated headers`,
    () => {
      const oracle = expressSessionOracle({ name: NAME, secret: SECRETS });
      const bearer = bearerToCookie(NAME);
      let accepted = 0;

      const property = fc.property(headers, (list) => {
        const request = { headers: asNode(list) };
        Reflect.apply(bearer, undefined, [request, undefined, () => undefined]);
        const expected = oracle.acceptedId(request);
        const found = tokenFromRequest(asEvent(list), NAME);
        expect(found && unsign(found.value, SECRETS)?.id).toBe(expected);
        if (expected !== undefined) accepted += 1;
      });
      fc.assert(property, { numRuns: RUNS });

      // Two readers that refuse everything would agree as well.
      expect(accepted / RUNS).toBeGreaterThan(0.2);
    },
    30_000 + RUNS,
  );
});
