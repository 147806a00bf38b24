import type { Db, Document } from 'mongodb';
import type { BanyanConfig } from '../../shared/config';
import { parseJson } from '../../shared/session/parse-json';
import { sessionCollection } from '../../shared/session/session-authenticator';
import { resolveSession, type ResolvedSession } from '../../shared/session/session-config';
import { storeFormat } from '../../shared/session/stores/registry';
import type { StoreFormat } from '../../shared/session/stores/store-format';
import { tokenFromHeaders } from '../../shared/session/token-from-request';
import { sign, unsign } from '../../shared/session/unsign';
import type { Credentials } from './credentials';

const HOUR = 3_600_000;
/** Longer than any run. */
const NOT_DUE = 365 * 24 * HOUR;

interface WorldOptions {
  readonly banyan: Pick<BanyanConfig, 'session' | 'parity' | 'credentials'>;
  readonly db: Db;
  readonly secrets: Readonly<Record<string, string>>;
  /** Of every identity, logged in on `db`. */
  readonly credentials: ReadonlyMap<string, Credentials>;
  readonly now: Date;
}

/** What one client sends to say who it is. */
export interface Asker {
  readonly headers: Credentials;
  /** `api_key=...` */
  readonly query?: string;
  /** Of credentials in two places: whether the second is in its plain form. */
  readonly pair?: 'plain' | 'odd';
}

/** Who asks in addition to the configured identities: by identity, by what is particular to them. */
export type World = ReadonlyMap<string, ReadonlyMap<string, Asker>>;

/**
 * Gives every identity that has logged in sessions of every age, and its credentials in every form, alone and next to every other. What
 * logged in itself is not touched during a run: whether a session is due must not hang on which side is asked first.
 */
export async function makeWorld({ banyan, db, secrets, credentials, now }: WorldOptions): Promise<World> {
  const session = resolveSession(banyan.session, secrets);
  const format = storeFormat(session);
  const world = new Map<string, ReadonlyMap<string, Asker>>();
  const tokens = [...credentials].flatMap(([name, one]) => {
    const token = tokenFromHeaders(undefined, headerOf(one, 'cookie'), session.cookieName)?.value;
    const id = token === undefined ? undefined : unsign(token, session.secrets)?.id;
    return token === undefined || id === undefined ? [] : [{ name, token, id }];
  });
  for (const { name, token, id } of tokens) {
    const others = Object.fromEntries(
      Object.entries(credentials.get(name) ?? {}).filter(([header]) => !IS_TOKEN.test(header)),
    );
    const other = tokens.find((one) => one.name !== name)?.token ?? token;
    const ages = await sessionsOf(id, { db, session, format, now });
    const places = [
      cookiesOf(token, { other, ages, session }),
      authorizationsOf(token, { other, expired: ages.get('expired session') ?? token }),
      ...otherPlaces(banyan),
    ];
    const alone = [['no credentials', {}] as const, ...places.flat()].map((form) => askerOf(form, others));
    const pairs = places.flatMap((place, i) =>
      place.flatMap(([what, sent]) =>
        places.slice(i + 1).flatMap((later) =>
          later.map(([next, more], form) => {
            const pair = form === 0 ? 'plain' : 'odd';
            return askerOf([`${what} next to ${next}`, { ...sent, ...more }], others, pair);
          }),
        ),
      ),
    );
    world.set(name, new Map([...alone, ...pairs]));
  }
  return world;
}

const IS_TOKEN = /^(?:cookie|authorization)$/i;
/** What a client sends in one place; `?` stands for the query. */
type Form = readonly [what: string, sent: Credentials];

function askerOf(
  [what, { '?': query, ...headers }]: Form,
  others: Credentials,
  pair?: Asker['pair'],
): readonly [string, Asker] {
  const asker = { headers: { ...others, ...headers }, ...(query !== undefined && { query }) };
  return [what, { ...asker, ...(pair && { pair }) }];
}

function headerOf(credentials: Credentials, wanted: string): string | undefined {
  return Object.entries(credentials).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

const cookieOf = (token: string, { cookieName }: ResolvedSession): string =>
  `${cookieName}=${encodeURIComponent(token)}`;

/** Copies of one session's record, as old as sessions are; whatever the store, only its id, expiry and last touch are changed. */
async function sessionsOf(
  id: string,
  { db, session, format, now }: Pick<WorldOptions, 'db' | 'now'> & { session: ResolvedSession; format: StoreFormat },
): Promise<ReadonlyMap<string, string>> {
  const [secret = '', old] = session.secrets;
  const collection = sessionCollection(db, format);
  const record = await collection.findOne(format.identify(id));
  const made = new Map<string, string>();
  if (record === null) return made;
  const at = (ms: number): Date => new Date(now.getTime() + ms);
  const hasTouch = record['lastModified'] instanceof Date;
  if (hasTouch) await collection.updateOne(format.identify(id), { $set: { lastModified: at(NOT_DUE) } });
  const due = hasTouch ? { lastModified: at(-session.touchAfter * 1_000 - HOUR) } : {};
  type Variant = readonly [what: string, change: Document | undefined, signedBy: string | undefined];
  const untouched: readonly Variant[] = hasTouch
    ? [['session without a last touch', { lastModified: undefined }, secret]]
    : [];
  const variants: readonly Variant[] = [
    ['session past touchAfter', due, secret],
    ['session about to expire', { ...due, [format.expiryField]: at(HOUR) }, secret],
    ['expired session', { ...due, [format.expiryField]: at(-1_000) }, secret],
    ['session without an expiry', { ...due, [format.expiryField]: undefined }, secret],
    ...untouched,
    ['session whose expiry is null', { ...due, [format.expiryField]: null }, secret],
    ['session that has logged out', undefined, secret],
    ['session without content', { session: null }, secret],
    ['session that is null', holding(record['session'], () => null, hasTouch ? { lastModified: null } : {}), secret],
    ['session without a cookie', holding(record['session'], (data) => ({ ...data, cookie: null })), secret],
    // A basket, a flash message: alive, but without a user. Whether it is due must not hang on how long the run takes.
    [
      'session without a user',
      holding(
        record['session'],
        ({ cookie }) => ({ cookie, basket: ['hat'] }),
        hasTouch ? { lastModified: at(NOT_DUE) } : {},
      ),
      secret,
    ],
    ['session signed by the secret before', due, old],
    ['session without a good signature', due, `not ${secret}`],
  ];
  for (const [index, [what, change, signedBy]] of variants.entries()) {
    if (signedBy === undefined) continue;
    const own = `${id.slice(0, -2)}~${index}`;
    if (change !== undefined) {
      const fields = Object.entries({
        ...record,
        ...change,
        ...(format.idField !== '_id' && { [format.idField]: own }),
      });
      const copy = Object.fromEntries(fields.filter(([field, value]) => field !== '_id' && value !== undefined));
      await collection.replaceOne(format.identify(own), copy, { upsert: true });
    }
    made.set(what, `s:${sign(own, signedBy)}`);
  }
  return made;
}

/** The fields of a record whose session holds something else, stored in the same form. Undefined for what is encrypted. */
function holding(
  stored: unknown,
  change: (data: { readonly cookie: unknown }) => object | null,
  others: Document = {},
): Document | undefined {
  const data = typeof stored === 'string' ? parseJson(stored) : stored;
  if (typeof data !== 'object' || data === null || !('cookie' in data)) return undefined;
  const changed = change(data);
  return { ...others, session: typeof stored === 'string' ? JSON.stringify(changed) : changed };
}

function cookiesOf(
  token: string,
  {
    other,
    ages,
    session,
  }: { readonly other: string; readonly ages: ReadonlyMap<string, string>; readonly session: ResolvedSession },
): readonly Form[] {
  const cookie = cookieOf(token, session);
  const damaged = cookieOf(damage(token), session);
  const forms: readonly (readonly [string, string])[] = [
    ['cookie', cookie],
    ["another's cookie", cookieOf(other, session)],
    ...[...ages].map(([what, aged]) => [what, cookieOf(aged, session)] as const),
    ['damaged cookie', damaged],
    ['damaged cookie in front of a good one', `${damaged}; ${cookie}`],
    ['good cookie in front of a damaged one', `${cookie}; ${damaged}`],
    ['cookie in quotes', `${session.cookieName}="${encodeURIComponent(token)}"`],
    ['cookie of another name', cookie.toUpperCase()],
    ['cookie of a longer name', `x${cookie}; ${session.cookieName}x=1`],
    ['cookie between spaces and tabs', `a=1;\t ${session.cookieName} \t=\t ${encodeURIComponent(token)} \t;b=2`],
    ['cookie with half of its quotes', `${session.cookieName}="${encodeURIComponent(token)}`],
    ['cookie with a quote in front and a letter behind', `${session.cookieName}="${encodeURIComponent(token)}x`],
    ['cookie with a letter in front and a quote behind', `${session.cookieName}=x${encodeURIComponent(token)}"`],
    ['cookie that is not encoded', `${session.cookieName}=${token}`],
    ['cookie encoded twice', `${session.cookieName}=${encodeURIComponent(encodeURIComponent(token))}`],
    ['cookie with a stray percent sign', `${session.cookieName}=${token}%`],
    ['empty cookie', `${session.cookieName}=`],
    ['cookie without a value', session.cookieName],
    ['cookie without its prefix', cookieOf(token.slice(2), session)],
    ['cookie without a signature', cookieOf(token.slice(0, token.lastIndexOf('.')), session)],
    ['cookie with another prefix', cookieOf(`j:${token.slice(2)}`, session)],
  ];
  return forms.map(([what, value]) => [what, { cookie: value }]);
}

function authorizationsOf(
  token: string,
  { other, expired }: { readonly other: string; readonly expired: string },
): readonly Form[] {
  const forms: readonly (readonly [string, string])[] = [
    ['bearer token', `Bearer ${token}`],
    ["another's bearer token", `Bearer ${other}`],
    ['bearer token, encoded', `bearer ${encodeURIComponent(token)}`],
    ['bearer token without its prefix', `Bearer ${token.slice(2)}`],
    ['bearer token with padding', `Bearer ${token}=`],
    ['damaged bearer token', `Bearer ${damage(token)}`],
    ['expired bearer token', `Bearer ${expired}`],
    ['other authorization', 'Basic eDp5'],
    ['empty authorization', ''],
    ['bearer token with an encoded dot', `Bearer ${token.replace('.', '%2E')}`],
    ['bearer token in capitals', `BEARER ${token}`],
    ['bearer token behind two spaces', `Bearer  ${token}`],
    ['bearer token behind a tab', `Bearer\t${token}`],
    ['bearer token and more', `Bearer ${token} x`],
    ['bearer token and another', `Bearer ${token}, Bearer ${other}`],
    ['token without a scheme', token],
    ['scheme without a token', 'Bearer'],
    ['bearer token in quotes', `Bearer "${token}"`],
    [
      'bearer token of another signature',
      `Bearer ${token.slice(0, token.lastIndexOf('.'))}.${other.slice(other.lastIndexOf('.') + 1)}`,
    ],
  ];
  return forms.map(([what, authorization]) => [what, { authorization }]);
}

/** Where else the configuration says that credentials stand: as an identity sends them, damaged, empty; made up where none sends any. */
function otherPlaces({ parity, credentials = [] }: WorldOptions['banyan']): readonly (readonly Form[])[] {
  const keys = Object.entries(parity.identities).flatMap(([name, identity]) =>
    identity.kind === 'headers' && !Object.keys(identity.headers).some((header) => IS_TOKEN.test(header))
      ? [{ name, headers: identity.headers }]
      : [],
  );
  const known = new Set(keys.flatMap(({ headers }) => Object.keys(headers).map((header) => header.toLowerCase())));
  const change = (headers: Credentials, by: (value: string) => string): Credentials =>
    Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, by(value)]));
  return [
    ...keys.map(({ name, headers }): readonly Form[] => [
      [name, headers],
      [`damaged ${name}`, change(headers, damage)],
      [`empty ${name}`, change(headers, () => '')],
      [`${name} in two lines`, { ...headers, ...inTwoLines(headers) }],
    ]),
    ...credentials.flatMap((place): (readonly Form[])[] => {
      if ('query' in place) return [[[`query ${place.query}`, { '?': `${encodeURIComponent(place.query)}=made-up` }]]];
      // A cookie would take the place of the session's.
      if (!('header' in place) || known.has(place.header.toLowerCase())) return [];
      return [[[`made-up ${place.header}`, { [place.header]: 'made-up' }]]];
    }),
  ];
}

/** Names of another case, so that both lines are sent. */
const inTwoLines = (headers: Credentials): Credentials =>
  Object.fromEntries(
    Object.entries(headers).map(([header, value]) => [
      header === header.toLowerCase() ? header.toUpperCase() : header.toLowerCase(),
      value,
    ]),
  );

/** Another last letter. */
const damage = (value: string): string => `${value.slice(0, -1)}${value.endsWith('A') ? 'B' : 'A'}`;

/** What such an identity is called in results and rules. */
export const worldIdentity = (identity: string, what: string): string => `${identity}: ${what}`;

/** The credentials of all of them, by that name. */
export function worldCredentials(world: World): ReadonlyMap<string, Credentials> {
  return new Map(
    [...world].flatMap(([identity, all]) =>
      [...all].map(([what, { headers }]): [string, Credentials] => [worldIdentity(identity, what), headers]),
    ),
  );
}
