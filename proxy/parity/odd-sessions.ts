import type { Db, Document } from 'mongodb';
import { isRecord } from '../../shared/config/faults';
import { expectedStatus, type CaseSuite } from '../../shared/parity/case';
import { decode } from '../../shared/recording/redact/tokens';
import { parseJson } from '../../shared/session/parse-json';
import type { Credentials } from './credentials';
import type { PlannedCase } from './run';

const HOUR = 3_600_000;
/** Due to be extended, whatever touchAfter says. */
const LONG_AGO = new Date('2001-01-01T00:00:00Z');
/** Each is sent on so many routes, or all when there are fewer. */
const ROUTES_EACH = 2;

/** Cookies for HTTPS are sent over HTTPS alone; the hop in front says which it was. */
const PROTOCOLS: readonly (readonly [over: string, headers: Readonly<Record<string, string>>])[] = [
  ['', {}],
  [', over HTTPS', { 'X-Forwarded-Proto': 'https' }],
];

/** Of cookies that other versions and settings of a monolith have set. What cannot be sent ends the connection in express-session, without an answer. */
const COOKIES: readonly (readonly [what: string, attributes: object])[] = [
  ['that ends with the browser', { originalMaxAge: null, expires: null }],
  ['of an hour', { originalMaxAge: HOUR, expires: '2001-01-01T00:00:00.000Z' }],
  ['of a fraction of a second', { originalMaxAge: 86_400_000.5 }],
  ['older than its cookie', { originalMaxAge: -HOUR }],
  ['of a cookie for HTTPS', { secure: true }],
  [
    'with every attribute of a cookie',
    { domain: '.a-b.example.com', path: '/api', httpOnly: false, partitioned: true, priority: 'HIGH', sameSite: true },
  ],
  ['with other attributes of a cookie', { domain: 'localhost', priority: 'low', sameSite: 'None', secure: false }],
  ['with empty attributes of a cookie', { domain: '', path: '', priority: '', sameSite: false, httpOnly: 0 }],
  ['for a host of one letter', { domain: 'a', path: '/ =~', sameSite: 'Strict', priority: 'Medium' }],
  ['for the longest host', { domain: `${'x'.repeat(63)}.y1`, sameSite: 'lax' }],
];

interface OddSessionOptions {
  readonly db: Db;
  /** Where sessions are. */
  readonly collection: string;
  readonly credentials: ReadonlyMap<string, Credentials>;
  /** Whether a session's data has an identity: who has none, without an id for one, is refused on Lambda on purpose. */
  readonly isKnown: (session: Readonly<Record<string, unknown>>) => Promise<boolean>;
}

/** The session of whoever asks holds otherwise than after a login of today, and is due to be extended; each is written before a case, and taken back. */
export async function oddSessions(
  suites: readonly CaseSuite[],
  { db, collection, credentials, isKnown }: OddSessionOptions,
): Promise<readonly PlannedCase[]> {
  const records = await db.collection(collection).find().toArray();
  const recordOf = (identity: string): Document | undefined => {
    const cookie = Object.entries(credentials.get(identity) ?? {}).find(([name]) => name.toLowerCase() === 'cookie');
    const sent = decode(cookie?.[1] ?? '');
    return records.find((record) =>
      Object.values(record).some((id) => typeof id === 'string' && sent.includes(`:${id}.`)),
    );
  };
  const asks = suites.flatMap(({ route, cases }) =>
    cases
      .filter(({ raw, onlyThroughProxy }) => raw === undefined && onlyThroughProxy === undefined)
      .flatMap((parityCase) =>
        [...credentials.keys()].flatMap((identity) => {
          const record = (expectedStatus(parityCase, identity) ?? 400) < 300 ? recordOf(identity) : undefined;
          return record === undefined ? [] : [{ route, identity, parityCase, record }];
        }),
      )
      .slice(0, 1),
  );
  const contents = new Map<Document, readonly Content[]>();
  for (const { record } of asks)
    if (!contents.has(record)) contents.set(record, await contentsOf(record['session'], isKnown));
  const stride = Math.max(1, Math.floor(asks.length / ROUTES_EACH));
  return asks.flatMap(({ route, identity, parityCase: { name, request }, record }, at) =>
    (contents.get(record) ?? [])
      .filter((_, index) => (at + index) % stride === 0)
      .flatMap(([what, session]) =>
        PROTOCOLS.map(([over, headers]): PlannedCase => ({
          ...{ source: 'generated', route, identity },
          parityCase: {
            name: `${name}; a session ${what}${over}`,
            request: { ...request, headers: { ...request.headers, ...headers } },
          },
          given: [{ collection, document: { ...record, ...due(record), session } }],
        })),
      ),
  );
}

/** Where a store notes when a session was last extended. */
const due = ({ lastModified }: Document): Document => (lastModified instanceof Date ? { lastModified: LONG_AGO } : {});

type Content = readonly [what: string, stored: unknown];

const DEEPEST = 3;
const MOST_TEXTS = 12;

/** Where a session has texts, besides its cookie: in `passport.user.name`. */
function textsIn(
  content: Readonly<Record<string, unknown>>,
  at: readonly string[] = [],
): readonly (readonly string[])[] {
  return Object.entries(content).flatMap(([name, value]) => {
    if (at.length === 0 && name === 'cookie') return [];
    if (typeof value === 'string') return [[...at, name]];
    return isRecord(value) && at.length < DEEPEST ? textsIn(value, [...at, name]) : [];
  });
}

function withEmpty(
  content: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
): Readonly<Record<string, unknown>> {
  const inner = content[name];
  return { ...content, [name]: isRecord(inner) && rest.length > 0 ? withEmpty(inner, rest) : '' };
}

/**
 * What a session's record holds otherwise than after a login of today: attributes of its cookie, none at all. No variants where it is encrypted.
 *
 * @param stored what the record holds of a session that is logged in: JSON, or an object
 */
async function contentsOf(stored: unknown, isKnown: OddSessionOptions['isKnown']): Promise<readonly Content[]> {
  const content = typeof stored === 'string' ? parseJson(stored) : stored;
  if (!isRecord(content)) return [];
  const { cookie } = content;
  const emptied: Content[] = [];
  for (const at of textsIn(content).slice(0, MOST_TEXTS)) {
    const changed = withEmpty(content, at);
    if (await isKnown(changed)) emptied.push([`whose ${at.join('.')} is empty`, changed]);
  }
  const variants: readonly Content[] = [
    ...COOKIES.map(
      ([what, attributes]) =>
        [what, { ...content, cookie: { ...(isRecord(cookie) && cookie), ...attributes } }] as const,
    ),
    ['whose cookie has an age alone', { ...content, cookie: { originalMaxAge: HOUR } }],
    ['without a cookie', { ...content, cookie: undefined }],
    ['whose cookie is a text', { ...content, cookie: 'x' }],
    ...emptied,
    ['with more in it', { ...content, flash: { error: ['caf\u00E9 \u{1F333}'] } }],
  ];
  return variants.map(([what, value]) => [what, typeof stored === 'string' ? JSON.stringify(value) : value]);
}
