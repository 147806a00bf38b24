import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Db } from 'mongodb';
import type { Logger } from '../../shared/logger';
import { passportUser, type IdentityResolver } from '../../shared/session/identity';
import { sessionCollection } from '../../shared/session/session-authenticator';
import type { StoreFormat } from '../../shared/session/stores/store-format';
import { unsign } from '../../shared/session/unsign';
import { within } from '../../shared/within';
import { bucketOf } from './bucket';

/** Whose session a token is, as far as routing needs it. Never to be taken for permission. */
export interface CohortUser {
  readonly userId: string;
  readonly bucket: number;
}

export interface SessionUsers {
  /** At once when it is known; undefined when there is no such session or it could not be found out in time. */
  readonly userOf: (token: string) => CohortUser | undefined | Promise<CohortUser | undefined>;
}

export interface SessionUsersOptions {
  readonly secrets: readonly string[];
  readonly format: StoreFormat;
  readonly identity: IdentityResolver;
  readonly db: () => Promise<Db>;
  readonly logger: Logger;
  /** What a request waits for a lookup at most, in ms. */
  readonly deadline?: number;
  /** Remembered tokens at most; about 300 bytes each. */
  readonly max?: number;
  readonly now?: () => number;
}

interface Known {
  readonly user: CohortUser | undefined;
  readonly until: number;
}

/** ms that an answer is good for. */
const TTL = 30_000;
/** A token without a session may get one by a login that keeps the session id (passport before 0.6). */
const TTL_OF_NONE = 1_000;
/** After a failed lookup no request waits for another one so long: an unavailable MongoDB must not cost every request its deadline. */
const PAUSE = 1_000;

/** Verifies the signature, reads the session once and remembers it under a hash. An old answer is used while no new one can be had. */
export function createSessionUsers(options: SessionUsersOptions): SessionUsers {
  const { secrets, logger, deadline = 150, max = 50_000, now = Date.now } = options;
  const known = new LRUCache<string, Known>({ max });
  /** Sessions without a user, of which one client may have any number: apart, so that they displace no one. */
  const nobodys = new LRUCache<string, Known>({ max });
  const asking = new Map<string, Promise<CohortUser | undefined>>();
  let pausedUntil = 0;
  let quietUntil = 0;
  let lastAnswer = -Infinity;

  const remember = (key: string, user: CohortUser | undefined, lifetime: number): void => {
    const [holds, forgets] = user === undefined ? [nobodys, known] : [known, nobodys];
    holds.set(key, { user, until: now() + lifetime });
    forgets.delete(key);
  };

  const ask = async (key: string, sessionId: string): Promise<CohortUser | undefined> => {
    const lookUp = { isRead: false };
    const onRead = (): void => {
      lookUp.isRead = true;
      lastAnswer = now();
    };
    const finding = find(options, sessionId, onRead).then((user) => {
      // Also when it comes too late for the request that asked: the next one finds it.
      remember(key, user, user === undefined ? TTL_OF_NONE : TTL);
      return user;
    });
    try {
      return await within(finding, deadline, () => {
        throw new Error(`no answer within ${deadline} ms`);
      });
    } catch (error) {
      const before = known.get(key)?.user;
      const { isRead } = lookUp;
      // What is wrong with one record says nothing about the store, and must not affect others.
      if (isRead) remember(key, before, TTL_OF_NONE);
      // A burst of new sessions may overrun the deadline while MongoDB is well.
      else if (now() - lastAnswer >= PAUSE) pausedUntil = now() + PAUSE;
      if (now() >= quietUntil && (isRead || now() < pausedUntil)) {
        quietUntil = now() + PAUSE;
        logger.warn({ err: error }, 'cohorts: session not read; unknown users stay on legacy');
      }
      return before;
    } finally {
      asking.delete(key);
    }
  };

  return {
    userOf(token) {
      // The cache must not hold what a client could use as its credential.
      const key = hash('sha256', token, 'base64');
      const found = known.get(key) ?? nobodys.get(key);
      if (found !== undefined && (now() < found.until || now() < pausedUntil)) return found.user;
      if (now() < pausedUntil) return undefined;
      const underWay = asking.get(key);
      if (underWay !== undefined) return underWay;
      const verified = unsign(token, secrets);
      if (verified === undefined) return undefined;
      const answer = ask(key, verified.id);
      asking.set(key, answer);
      return answer;
    },
  };
}

/** @param onRead called once the store has answered; what fails from then on is a matter of this session alone */
async function find(
  { db, format, identity }: SessionUsersOptions,
  sessionId: string,
  onRead: () => void,
): Promise<CohortUser | undefined> {
  const database = await db();
  const record = await sessionCollection(database, format).findOne(format.filter(sessionId, new Date()), {
    projection: format.projection,
  });
  onRead();
  if (record === null) return undefined;
  const session = await format.read(record);
  if (session === undefined) return undefined;
  const { data } = session;
  const userId = idInSession(data) ?? (await identity.fromSession(data, () => Promise.resolve(database)))?.userId;
  return userId === undefined ? undefined : { userId, bucket: bucketOf(userId) };
}

/** Where passport keeps an id alone, the identity would cost a second read. */
function idInSession(data: Readonly<Record<string, unknown>>): string | undefined {
  const user = passportUser(data);
  return typeof user === 'string' || typeof user === 'number' ? String(user) : undefined;
}
