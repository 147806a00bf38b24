import type { Db, Document } from 'mongodb';
import type { BanyanConfig } from '../../shared/config';
import { expectedStatus, isSafe, type CaseSuite, type ParityCase } from '../../shared/parity/case';
import { sessionCollection } from '../../shared/session/session-authenticator';
import { resolveSession, type ResolvedSession } from '../../shared/session/session-config';
import { storeFormat } from '../../shared/session/stores/registry';
import type { StoreFormat } from '../../shared/session/stores/store-format';
import { tokenFromHeaders } from '../../shared/session/token-from-request';
import { sign, unsign } from '../../shared/session/unsign';
import type { Credentials } from './credentials';
import type { PlannedCase } from './run';

const HOUR = 3_600_000;
/** Longer than any run. */
const NOT_DUE = 365 * 24 * HOUR;

interface WorldOptions {
  readonly banyan: Pick<BanyanConfig, 'session' | 'parity'>;
  readonly db: Db;
  readonly secrets: Readonly<Record<string, string>>;
  /** Of every identity, logged in on `db`. */
  readonly credentials: ReadonlyMap<string, Credentials>;
  readonly now: Date;
}

/** Who asks in addition to the configured identities: by identity, credentials by what is particular to them. */
export type World = ReadonlyMap<string, ReadonlyMap<string, Credentials>>;

/**
 * Gives every identity that has logged in sessions of every age, and its credentials in other forms and next to those of others. What
 * logged in itself is not touched during a run: whether a session is due must not hang on which side is asked first.
 */
export async function makeWorld({ banyan, db, secrets, credentials, now }: WorldOptions): Promise<World> {
  const session = resolveSession(banyan.session, secrets);
  const format = storeFormat(session);
  const world = new Map<string, ReadonlyMap<string, Credentials>>();
  const keys = Object.entries(banyan.parity.identities).flatMap(([name, identity]) =>
    identity.kind === 'headers' &&
    !Object.keys(identity.headers).some((header) => /^(cookie|authorization)$/i.test(header))
      ? [[name, identity.headers] as const]
      : [],
  );
  const tokens = [...credentials].flatMap(([name, one]) => {
    const token = tokenFromHeaders(undefined, headerOf(one, 'cookie'), session.cookieName)?.value;
    const id = token === undefined ? undefined : unsign(token, session.secrets)?.id;
    return token === undefined || id === undefined ? [] : [{ name, token, id }];
  });
  for (const { name, token, id } of tokens) {
    const others = Object.fromEntries(
      Object.entries(credentials.get(name) ?? {}).filter(([header]) => header.toLowerCase() !== 'cookie'),
    );
    const other = tokens.find((one) => one.name !== name)?.token ?? token;
    const ages = await sessionsOf(id, { db, session, format, now });
    const forms = formsOf(token, { other, expired: ages.get('expired session') ?? token, keys, session });
    const cookies = [...ages].map(([what, aged]) => [what, { cookie: cookieOf(aged, session) }] as const);
    world.set(name, new Map([...cookies, ...forms].map(([what, headers]) => [what, { ...others, ...headers }])));
  }
  return world;
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
  const variants: readonly [string, Document | undefined, string | undefined][] = [
    ['session past touchAfter', due, secret],
    ['session about to expire', { ...due, [format.expiryField]: at(HOUR) }, secret],
    ['expired session', { ...due, [format.expiryField]: at(-1_000) }, secret],
    ['session that has logged out', undefined, secret],
    ['session without content', { session: null }, secret],
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
      const copy = Object.fromEntries(fields.filter(([field]) => field !== '_id'));
      await collection.replaceOne(format.identify(own), copy, { upsert: true });
    }
    made.set(what, `s:${sign(own, signedBy)}`);
  }
  return made;
}

function formsOf(
  token: string,
  given: {
    readonly other: string;
    readonly expired: string;
    readonly keys: readonly (readonly [name: string, headers: Credentials])[];
    readonly session: ResolvedSession;
  },
): readonly (readonly [string, Credentials])[] {
  const { other, expired, keys, session } = given;
  const cookie = cookieOf(token, session);
  const bearer = `Bearer ${token}`;
  const damaged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
  const alone: readonly [string, Credentials][] = [
    ['bearer token', { authorization: bearer }],
    ['bearer token, encoded', { authorization: `bearer ${encodeURIComponent(token)}` }],
    ['bearer token without its prefix', { authorization: `Bearer ${token.slice(2)}` }],
    ['bearer token with padding', { authorization: `${bearer}=` }],
    ['expired bearer token', { authorization: `Bearer ${expired}` }],
    ["bearer token next to another's cookie", { authorization: bearer, cookie: cookieOf(other, session) }],
    ['expired bearer token next to a good cookie', { authorization: `Bearer ${expired}`, cookie }],
    ['other authorization next to a good cookie', { authorization: 'Basic eDp5', cookie }],
    ['empty authorization next to a good cookie', { authorization: '', cookie }],
    ['damaged cookie', { cookie: cookieOf(damaged, session) }],
    ['damaged cookie in front of a good one', { cookie: `${cookieOf(damaged, session)}; ${cookie}` }],
    ['good cookie in front of a damaged one', { cookie: `${cookie}; ${cookieOf(damaged, session)}` }],
    ['cookie in quotes', { cookie: `${session.cookieName}="${encodeURIComponent(token)}"` }],
    ['cookie of another name', { cookie: cookie.toUpperCase() }],
  ];
  const pairs = keys.flatMap(([name, headers]): [string, Credentials][] => [
    [`cookie next to ${name}`, { cookie, ...headers }],
    [`bearer token next to ${name}`, { authorization: bearer, ...headers }],
    [`expired cookie next to ${name}`, { cookie: cookieOf(expired, session), ...headers }],
    [`damaged cookie next to ${name}`, { cookie: cookieOf(damaged, session), ...headers }],
    [`other authorization next to ${name}`, { authorization: 'Basic eDp5', ...headers }],
  ]);
  return [...alone, ...pairs];
}

/** What such an identity is called in results and rules. */
export const worldIdentity = (identity: string, what: string): string => `${identity}: ${what}`;

/** The credentials of all of them, by that name. */
export function worldCredentials(world: World): ReadonlyMap<string, Credentials> {
  return new Map(
    [...world].flatMap(([identity, all]) =>
      [...all].map(([what, headers]): [string, Credentials] => [worldIdentity(identity, what), headers]),
    ),
  );
}

/** For each route one request that a user may send, as everyone of that user's world; and one with a broken body where the route takes one. */
export function worldCases(suites: readonly CaseSuite[], world: World): readonly PlannedCase[] {
  return suites.flatMap(({ route, cases }) => {
    const found = cases.flatMap((parityCase) =>
      isPlain(parityCase)
        ? [...world]
            .filter(([name]) => isSuccess(expectedStatus(parityCase, name)))
            .map(([name]) => ({ name, parityCase }))
        : [],
    )[0];
    if (found === undefined) return [];
    const { request } = found.parityCase;
    const asks: ParityCase[] = [{ name: 'credentials', request }];
    if (!isSafe(request.method ?? 'GET') && request.method !== 'DELETE')
      asks.push({
        name: 'credentials and a malformed body',
        request: { ...request, headers: { ...request.headers, 'Content-Type': 'application/json' }, body: '{"' },
      });
    return asks.flatMap((parityCase) =>
      [...(world.get(found.name)?.keys() ?? [])].map((what): PlannedCase => ({
        source: 'generated',
        route,
        identity: worldIdentity(found.name, what),
        parityCase,
      })),
    );
  });
}

const isPlain = ({ raw, onlyThroughProxy, revalidates, cookies }: ParityCase): boolean =>
  [raw, onlyThroughProxy, revalidates, cookies].every((one) => one === undefined);

const isSuccess = (status: number | undefined): boolean => status !== undefined && status < 300;
