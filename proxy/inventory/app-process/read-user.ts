import { inspect } from 'node:util';
import type { UserFact } from '../setup';
import type { Handler } from './express-types';
import type { ClientWatch } from './watch-clients';
import type { Passport } from './watch-sessions';

/** How long (ms) `serializeUser` and `deserializeUser` may take. */
const PATIENCE = 2_000;
/** As good an id as any, as text and as ObjectId. */
const SAMPLE_ID = '507f1f77bcf86cd799439011';

/** Asks `serializeUser` for a user that is none, and `deserializeUser` to find one that does not exist; undefined without passport. */
export async function readUser(
  [passport]: readonly Passport[],
  { finds }: Pick<ClientWatch, 'finds'>,
): Promise<UserFact | undefined> {
  const serialize = passport?._serializers[0];
  if (passport === undefined || serialize === undefined) return undefined;
  const { answer: stored } = await answerOf(serialize, madeUpUser());
  const key = passport._key ?? 'passport';
  const property = propertyOf(stored);
  if (property === undefined) {
    const isData = typeof stored === 'object' && stored !== null;
    return { key, shape: isData ? 'data' : 'unknown', properties: isData ? Object.keys(stored) : [] };
  }
  const deserialize = passport._deserializers[0];
  finds.length = 0;
  const user = deserialize && (await answerOf(deserialize, SAMPLE_ID)).answer;
  const [found] = finds.flatMap(({ collection, filter }) => {
    const field = fieldWith(filter);
    return field === undefined ? [] : [{ collection, field }];
  });
  return { key, shape: 'id', properties: [property], lookup: found ?? (user ? 'none' : 'unseen') };
}

/** What either calls back with, in an object because a made-up property may look like a promise; undefined when it throws, fails or takes too long. */
function answerOf(fn: Handler, value: unknown): Promise<{ readonly answer: unknown }> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ answer: undefined }), PATIENCE);
    const done = (_error: unknown, answer: unknown): void => {
      clearTimeout(timer);
      resolve({ answer });
    };
    const call = async (): Promise<void> => {
      await (fn.length > 2 ? fn.call(undefined, {}, value, done) : fn.call(undefined, value, done));
    };
    call().catch(() => done(null, undefined));
  });
}

const NAME = Symbol('property');

/** Any property of it is there, and any method of that answers the property itself: `user._id.toString()`. */
function madeUpUser(): object {
  const property = (name: string): object =>
    new Proxy(() => undefined, {
      get: (_target, key) => (key === NAME ? name : key === Symbol.toPrimitive ? () => name : property(name)),
      apply: () => property(name),
    });
  return new Proxy({}, { get: (_target, key) => (typeof key === 'string' ? property(key) : undefined) });
}

const propertyOf = (value: unknown): string | undefined =>
  typeof value === 'function' ? (Reflect.get(value, NAME) as string | undefined) : undefined;

/** Of a filter `{_id: <the sample>}`, or with `$in` and the like. */
function fieldWith(filter: unknown): string | undefined {
  if (typeof filter !== 'object' || filter === null) return undefined;
  return Object.entries(filter).find(([, value]) => inspect(value).includes(SAMPLE_ID))?.[0];
}
