import fc from 'fast-check';
import { Passport } from 'passport';
import { passportUserData } from '../../../../shared/session/identity';
import { sign } from '../../../../shared/session/unsign';
import { connectMongo } from '../../../oracles/stores';
import { SECRETS } from './running-authorizer';
import { sideBySide, type Sides } from './side-by-side';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';

/**
 * Records that nobody would write on purpose, read by the real connect-mongo, express-session and passport, and by the authorizer:
 * the same status, also where the application fails with 500.
 */
const RUNS = 200;
const HOUR = 3_600_000;
const user = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };

const odd = fc.constantFrom<unknown>(null, '', 'x', 0, 7, -1, 1e20, true, false, [], [1], {}, { a: 1 });
/** To ages that are no numbers express-session gives no answer at all; the authorizer's is 401 (set-cookie.test.ts). */
const age = fc.constantFrom<unknown>(null, 0, -1, 7, HOUR);
const cookie = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ originalMaxAge: HOUR, expires: '2020-01-01T00:00:00.000Z', path: '/' }) },
  { weight: 1, arbitrary: odd },
  {
    weight: 2,
    arbitrary: fc.record({ originalMaxAge: age, path: odd, secure: odd, httpOnly: odd }, { requiredKeys: [] }),
  },
);
const passport = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ user: { ...user } }) },
  { weight: 2, arbitrary: odd.map((value) => ({ user: value })) },
  { weight: 1, arbitrary: odd },
);
const data = fc.record({ cookie, passport, lastModified: odd, id: odd }, { requiredKeys: [] });
const session = fc.oneof({ weight: 8, arbitrary: data }, { weight: 1, arbitrary: odd });
const expires = fc.oneof(
  { weight: 4, arbitrary: fc.constant(() => new Date(Date.now() + HOUR)) },
  { weight: 1, arbitrary: fc.constant(() => new Date(Date.now() - HOUR)) },
  { weight: 1, arbitrary: odd.map((value) => () => value) },
  { weight: 1, arbitrary: fc.constant(() => undefined) },
);

/** passport 0.7 that takes whatever is stored for a user. */
function credulous() {
  const instance = new Passport();
  instance.deserializeUser((_stored, done) => {
    done(null, user);
  });
  return instance;
}

let mongo: TestMongo;
let sides: Sides[];

beforeAll(async () => {
  mongo = await startTestMongo();
});
afterEach(() => Promise.all(sides.map((side) => side.close())));
afterAll(async () => {
  await mongo.stop();
});

describe('odd records', () => {
  it.each([true, false])(
    'are accepted and refused alike, stringify: %s',
    async (stringify) => {
      const side = await sideBySide({
        uri: mongo.anotherUri(),
        open: (uri) => connectMongo(6, uri, { stringify, autoRemove: 'disabled' }),
        ours: { store: { format: 'connect-mongo', stringify } },
        passport: credulous(),
        identity: passportUserData({ parse: () => user }),
      });
      sides = [side];
      const header = side.cookie(`s:${sign('abc', SECRETS[0] ?? '')}`);
      const sessions = side.collection<{ _id: string }>();
      const counts: Record<string, number> = {};

      const property = fc.asyncProperty(session, expires, fc.boolean(), async (stored, expiry, isText) => {
        const record = { session: isText ? JSON.stringify(stored) : stored, expires: expiry() };
        const save = async () => {
          await sessions.deleteMany({});
          await sessions.insertOne({ _id: 'abc', ...record }, { ignoreUndefined: true });
        };
        await save();
        const { status: theirs } = await side.application([header]);
        // Anew: a touch by an age of 0 has just ended it.
        await save();
        const ours = await side.lambda.status(side.event([header]));
        counts[`${theirs}`] = (counts[`${theirs}`] ?? 0) + 1;
        expect([stored, isText, ours]).toEqual([stored, isText, theirs]);
      });
      await fc.assert(property, { numRuns: RUNS });
      // All ways were met.
      for (const status of ['200', '401', '500']) expect(counts[status]).toBeGreaterThan(RUNS / 40);
    },
    60_000,
  );
});
