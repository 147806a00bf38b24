import { ObjectId } from 'mongodb';
import { Passport } from 'passport';
import { passportUserData } from '../../../../shared/session/identity';
import { passportUserId } from '../../../../shared/session/passport-user-id';
import { completeSession, resolveSession } from '../../../../shared/session/session-config';
import { renewSessionCookie } from '../../../../shared/session/set-cookie';
import { parseStoredCookie } from '../../../../shared/session/stored-cookie';
import { sign } from '../../../../shared/session/unsign';
import { COOKIE_NAME } from '../../../oracles/app';
import { connectMongo, connectMongodbSession, STORE_CASES } from '../../../oracles/stores';
import { waitFor } from '../../../support/wait-for';
import { SECRETS } from './running-authorizer';
import { sideBySide, type Header, type Sides, type SidesOptions } from './side-by-side';
import { embeddedOf, onlyOnEmbedded, startTestMongo, type TestMongo } from '../../../support/test-mongo';

/**
 * The rules by which express-session, its stores and passport accept a session, one by one: the real packages and the authorizer are
 * asked the same. A pair is [what the application answers, what the authorizer decides]. What passport 0.4 does otherwise is in
 * passport-0.4.test.ts, encrypted records in stores.test.ts and refused-formats.test.ts.
 */

const [FIRST = '', SECOND = ''] = SECRETS;
const MINUTE = 60_000;
const user = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };
const accepted = [200, 200];
const refused = [401, 401];

const embedded = onlyOnEmbedded();
let mongo: TestMongo;
let open: Sides[] = [];

beforeAll(async () => {
  mongo = await startTestMongo();
});
afterEach(async () => {
  await mongo.faults?.clear();
  await Promise.all(open.map((sides) => sides.close()));
  open = [];
});
afterAll(async () => {
  await mongo.stop();
});

/** Both sides on an empty database. */
async function sides(options: Omit<SidesOptions, 'uri'> = {}): Promise<Sides> {
  const both = await sideBySide({ uri: mongo.anotherUri(), ...options });
  open.push(both);
  return both;
}

describe('which header names the session', () => {
  it('Cookie name: as configured, connect.sid by default, case-sensitive', async () => {
    for (const [theirs, ours, name] of [
      [{ name: 'web' }, { cookieName: 'web' }, 'web'],
      [{ name: '' }, {}, 'connect.sid'],
      [{ name: '', key: 'old.option' }, { cookieName: 'old.option' }, 'old.option'],
    ] as const) {
      const configured = { secrets: SECRETS, store: { format: 'connect-mongo' }, ...ours } as const;
      const { cookieName } = completeSession(configured);
      expect(cookieName).toBe(name);
      const { logIn, both, cookie } = await sides({ theirs, ours: { cookieName } });
      const token = await logIn(user);
      expect(await both(cookie(token, name))).toEqual(accepted);
      expect(await both(cookie(token, name.toUpperCase()))).toEqual(refused);
      expect(await both(cookie(token, COOKIE_NAME))).toEqual(refused);
    }
  });

  it('Cookie parsing: space, tab, one pair of quotes, percent-decoding, raw if that fails', async () => {
    const { write, both } = await sides();
    const token = await write('abc', { passport: { user } });
    const stray = await write('a%b', { passport: { user } });
    const encoded = encodeURIComponent(token);
    for (const [header, expected] of [
      [` \t${COOKIE_NAME}\t = ${encoded} \t`, accepted],
      [`${COOKIE_NAME}="${encoded}"`, accepted],
      [`${COOKIE_NAME}=""${encoded}""`, refused],
      [`${COOKIE_NAME}="${encoded}`, refused],
      [`${COOKIE_NAME}=${token}`, accepted],
      [`${COOKIE_NAME}=${stray}`, accepted],
      [`${COOKIE_NAME}=${encodeURIComponent(encoded)}`, refused],
      [`${COOKIE_NAME}=\u00a0${encoded}`, refused],
      [`a=1, ${COOKIE_NAME}=${encoded}`, refused],
      [`a; b;${COOKIE_NAME}=${encoded}`, accepted],
    ] as const)
      expect([header, ...(await both(['Cookie', header]))]).toEqual([header, ...expected]);
  });

  it('Bad first duplicate, good second: no session', async () => {
    const { logIn, both } = await sides();
    const good = `${COOKIE_NAME}=${encodeURIComponent(await logIn(user))}`;
    expect(await both(['Cookie', `${COOKIE_NAME}=bad; ${good}`])).toEqual(refused);
    expect(await both(['Cookie', `${COOKIE_NAME}=; ${good}`])).toEqual(refused);
    expect(await both(['Cookie', `${good}; ${COOKIE_NAME}=bad`])).toEqual(accepted);
  });

  it('Several Cookie headers: joined, whatever their case', async () => {
    const { logIn, both } = await sides();
    const good = `${COOKIE_NAME}=${encodeURIComponent(await logIn(user))}`;
    expect(await both(['Cookie', 'a=1'], ['Cookie', good], ['Cookie', 'b=2'])).toEqual(accepted);
    expect(await both(['cookie', 'a=1'], ['COOKIE', good])).toEqual(accepted);
    expect(await both(['Cookie', `${COOKIE_NAME}=bad`], ['Cookie', good])).toEqual(refused);
  });

  it('Prefix: s:, otherwise anonymous', async () => {
    const { logIn, both, cookie } = await sides();
    const token = await logIn(user);
    for (const value of [token.slice(2), token.replace('s:', 'S:'), token.replace('s:', 'j:'), `x${token}`])
      expect(await both(cookie(value))).toEqual(refused);
  });

  it('Signature: base64 without padding behind the last dot', async () => {
    const { write, both, cookie } = await sides();
    const id = Array.from({ length: 99 }, (_, n) => `id.${n}`).find((it) => /[+/]/.test(sign(it, FIRST))) ?? '';
    const token = await write(id, { passport: { user } });
    expect(await both(cookie(token))).toEqual(accepted);
    const base64url = token.replaceAll('+', '-').replaceAll('/', '_');
    for (const value of [`${token}=`, token.slice(0, -1), `${token}A`, base64url])
      expect(await both(cookie(value))).toEqual(refused);
  });

  it('Rotation: every secret verifies, the first signs; an empty secret is refused at start', async () => {
    const { write, both, cookie, application } = await sides({ theirs: { rolling: true }, ours: { rolling: true } });
    const token = await write('abc', { passport: { user } });
    expect(token).toBe(`s:${sign('abc', FIRST)}`);
    const older = cookie(`s:${sign('abc', SECOND)}`);
    expect(await both(older)).toEqual(accepted);
    expect(await both(cookie(`s:${sign('abc', 'a third')}`))).toEqual(refused);
    expect((await application([older])).setCookie).toContain(encodeURIComponent(token));
    for (const secrets of [[], [''], ['new', ' ']])
      expect(() => resolveSession(completeSession({ secrets, store: { format: 'connect-mongo' } }), {})).toThrow(
        /empty/,
      );
  });

  it('Ids with dots, percent, or empty: the last is no session', async () => {
    const { write, both, cookie } = await sides();
    for (const id of ['a.b.c', '.', 'a%2Eb', '%', '{"$ne":1}', 'ü', '"quoted"', 'a;b'])
      expect([id, ...(await both(cookie(await write(id, { passport: { user } }))))]).toEqual([id, ...accepted]);
    expect(await both(cookie(`s:${sign('', FIRST)}`))).toEqual(refused);
  });

  it('Bearer: the signed value, raw or percent-encoded, never a bare id; a present Authorization decides', async () => {
    const { logIn, both, cookie } = await sides();
    const token = await logIn(user);
    const id = token.slice(2, token.lastIndexOf('.'));
    const bearer = (value: string): Header => ['Authorization', `Bearer ${value}`];
    expect(await both(bearer(token))).toEqual(accepted);
    expect(await both(bearer(encodeURIComponent(token)))).toEqual(accepted);
    expect(await both(['authorization', `bEARER   ${token}`])).toEqual(accepted);
    expect(await both(bearer(id))).toEqual(refused);
    expect(await both(bearer(encodeURIComponent(encodeURIComponent(token))))).toEqual(refused);
    expect(await both(['Authorization', `Basic ${token}`], cookie(token))).toEqual(refused);
    expect(await both(['Authorization', ''], cookie(token))).toEqual(refused);
    expect(await both(bearer('s:other.x'), cookie(token))).toEqual(refused);
  });
});

describe('which record counts', () => {
  it('CM query: expires missing or a later date; null, text or number are refused', async () => {
    const { logIn, both, cookie, collection } = await sides();
    const token = await logIn(user);
    for (const [expires, expected] of [
      [new Date(Date.now() + MINUTE), accepted],
      [new Date(Date.now() - MINUTE), refused],
      [null, refused],
      [new Date(Date.now() + MINUTE).toISOString(), refused],
      [Date.now() + MINUTE, refused],
    ] as const) {
      await collection().updateOne({}, { $set: { expires } });
      expect([expires, ...(await both(cookie(token)))]).toEqual([expires, ...expected]);
    }
    await collection().updateOne({}, { $unset: { expires: true } });
    expect(await both(cookie(token))).toEqual(accepted);
  });

  it('Inner cookie.expires: goes stale, and is never tested', async () => {
    const { logIn, both, cookie, collection } = await sides();
    const token = await logIn(user);
    const stale = { originalMaxAge: MINUTE, expires: '2020-01-01T00:00:00.000Z' };
    await collection().updateOne({}, { $set: { session: JSON.stringify({ cookie: stale, passport: { user } }) } });
    expect(await both(cookie(token))).toEqual(accepted);
  });

  it('stringify: true: a JSON string, in which an ObjectId is hex', async () => {
    const { write, both, cookie, collection } = await sides();
    const userId = new ObjectId();
    const token = await write('abc', { passport: { user: { ...user, userId } } });
    expect(String((await collection().findOne({}))?.['session'])).toContain(`"${userId.toHexString()}"`);
    expect(await both(cookie(token))).toEqual(accepted);
  });

  it('stringify: false: a subdocument, in which an ObjectId stays one', async () => {
    const { write, lambda, event, both, cookie, collection } = await sides({
      open: (uri) => connectMongo(6, uri, { stringify: false }),
      ours: { store: { format: 'connect-mongo', stringify: false } },
    });
    const userId = new ObjectId();
    const token = await write('abc', { passport: { user: { ...user, userId } } });
    expect((await collection().findOne({}))?.['session']).toMatchObject({ passport: { user: { userId } } });
    expect(await both(cookie(token))).toEqual(accepted);
    const principalId = userId.toHexString();
    await expect(lambda.authorize(event([cookie(token)]))).resolves.toMatchObject({ principalId });
  });

  it('serialize, transformId: hooks', async () => {
    const hooked = STORE_CASES.find(({ name }) => name === 'connect-mongo 6, hooks');
    if (hooked === undefined) throw new Error('there is no such case');
    const { logIn, both, cookie, collection } = await sides({ open: hooked.open, ours: { store: hooked.ours } });
    const token = await logIn(user);
    expect(String((await collection().findOne({}))?._id)).toMatch(/^sess:/);
    expect(await both(cookie(token))).toEqual(accepted);
  });

  embedded.it('touchAfter: lastModified gates the touch', async () => {
    const { logIn, application, lambda, event, cookie, collection } = await sides({
      open: (uri) => connectMongo(6, uri, { touchAfter: 60 }),
      ours: { touchAfter: 60 },
    });
    const token = cookie(await logIn(user));
    const soon = new Date(Date.now() + MINUTE);
    const extended = async (lastModified: Date, ask: () => Promise<unknown>) => {
      await collection().updateOne({}, { $set: { expires: soon, lastModified } });
      embeddedOf(mongo).resetCommandCounts();
      await ask();
      // Every answer has been given; a touch may still be on its way to the server, so the server is asked behind it.
      await new Promise(setImmediate);
      if (lastModified < new Date(Date.now() - MINUTE))
        await waitFor('the touch', () => (embeddedOf(mongo).commandCounts()['update'] ?? 0) > 0);
      const found = await collection().findOne({});
      return { extended: found?.['expires'] > soon, modified: found?.['lastModified'] > lastModified };
    };
    const [young, old] = [new Date(Date.now() - 30_000), new Date(Date.now() - 61_000)];
    for (const ask of [() => application([token]), () => lambda.authorize(event([token]))]) {
      expect(await extended(young, ask)).toEqual({ extended: false, modified: false });
      expect(await extended(old, ask)).toEqual({ extended: true, modified: true });
    }
  });

  it('autoRemove: clean-up only; the authorizer makes no index and filters always', async () => {
    const { logIn, both, cookie, collection } = await sides({
      open: (uri) => connectMongo(6, uri, { autoRemove: 'disabled' }),
    });
    const token = await logIn(user);
    expect(await both(cookie(token))).toEqual(accepted);
    expect((await collection().indexes()).map(({ name }) => name)).toEqual(['_id_']);
    await collection().updateOne({}, { $set: { expires: new Date(Date.now() - 1) } });
    expect(await both(cookie(token))).toEqual(refused);
    expect(await collection().countDocuments()).toBe(1);
  });

  it('CMDBS: an object under idField, never touched; its own get ignores expiresKey, the authorizer does not', async () => {
    const options = { idField: 'sid', expiresKey: 'until' };
    const { logIn, both, cookie, collection } = await sides({
      open: (uri) => connectMongodbSession(uri, options),
      ours: { store: { format: 'connect-mongodb-session', ...options } },
    });
    const token = await logIn(user);
    const until = new Date(Date.now() + MINUTE);
    await collection().updateOne({}, { $set: { until } });
    expect(await both(cookie(token))).toEqual(accepted);
    expect(await collection().findOne({})).toMatchObject({ sid: expect.any(String) as string, until });
    await collection().updateOne({}, { $set: { until: new Date(Date.now() - MINUTE) } });
    expect(await both(cookie(token))).toEqual([200, 401]); // decided: lambda/authorizer/README.md
  });
});

describe('who is logged in', () => {
  it('passport user: own property session.passport.user, truthy or 0', async () => {
    const identity = passportUserData({ parse: () => user });
    const { write, both, cookie } = await sides({ identity, passport: anybody() });
    for (const [stored, expected] of [
      [user, accepted],
      ['u1', accepted],
      [7, accepted],
      [0, accepted],
      ['', refused],
      [null, refused],
      [false, refused],
    ] as const)
      expect([stored, ...(await both(cookie(await write('abc', { passport: { user: stored } }))))]).toEqual([
        stored,
        ...expected,
      ]);
    for (const data of [{}, { passport: {} }, { passport: null }, { user }])
      expect(await both(cookie(await write('abc', data)))).toEqual(refused);
  });

  it('passport key: the property name can be another', async () => {
    const { write, lambda, event, cookie } = await sides({ identity: passportUserData({ key: 'auth' }) });
    const token = cookie(await write('abc', { auth: { user } }));
    expect(await lambda.status(event([token]))).toBe(200);
    expect(await lambda.status(event([cookie(await write('abc', { passport: { user } }))]))).toBe(401);
  });

  it('user null or false, deserialize error: anonymous without a write, 500', async () => {
    let answer: unknown = user;
    const { write, both, cookie, lambda, event, collection } = await sides({
      passport: deserialising(() => answer),
      identity: passportUserId({
        findUser: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
      }),
    });
    const token = cookie(await write('abc', { passport: { user: 'u1' } }));
    expect(await both(token)).toEqual(accepted);

    answer = new Error('the users are away');
    expect(await both(token)).toEqual([500, 500]);

    for (answer of [null, false]) {
      await write('abc', { passport: { user: 'u1' } });
      const before = await collection().findOne({});
      expect(await lambda.status(event([token]))).toBe(401);
      expect(await collection().findOne({})).toEqual(before);
      expect(await both(token)).toEqual(refused);
      // passport has taken the user out of the session.
      expect(String((await collection().findOne({}))?.['session'])).not.toContain('u1');
    }
  });

  it('Login: passport 0.6 and later give another id, the old one is dead', async () => {
    const { logIn, both, cookie } = await sides();
    const first = await logIn(user);
    const second = await logIn({ ...user, userId: 'u2' }, cookie(first));
    expect(second).not.toBe(first);
    expect(await both(cookie(first))).toEqual(refused);
    expect(await both(cookie(second))).toEqual(accepted);
  });

  it('Logout: passport 0.6 and later destroy the document; refused at once', async () => {
    const { logIn, logOut, both, cookie, collection } = await sides();
    const token = cookie(await logIn(user));
    expect(await both(token)).toEqual(accepted);
    await logOut(token);
    expect(await both(token)).toEqual(refused);
    expect(await collection().countDocuments({ session: /passport/ })).toBe(0);
  });
});

describe('what goes wrong', () => {
  embedded.it('Store failure: 500', async () => {
    const { logIn, both, cookie } = await sides();
    const token = cookie(await logIn(user));
    embeddedOf(mongo).faults.fail({ commands: ['find'], code: 13, message: 'not authorised' });
    expect(await both(token)).toEqual([500, 500]);
    await embeddedOf(mongo).faults.clear();
    expect(await both(token)).toEqual(accepted);
  });

  it('Bad JSON, or no cookie key: 500 from the application, and here', async () => {
    const { logIn, both, cookie, collection } = await sides();
    const token = cookie(await logIn(user));
    for (const session of ['{"cookie":', JSON.stringify({ passport: { user } })]) {
      await collection().updateOne({}, { $set: { session } });
      expect(await both(token)).toEqual([500, 500]);
    }
  });
});

describe('what an answer carries', () => {
  it('Set-Cookie: only with rolling: true, with the attributes of the stored cookie, without Max-Age', async () => {
    for (const rolling of [true, false]) {
      const { logIn, application, cookie, collection } = await sides({
        theirs: { rolling, cookie: { maxAge: 600_000, sameSite: 'lax', path: '/', domain: 'example.com' } },
      });
      const value = await logIn(user);
      const { setCookie } = await application([cookie(value)]);
      const stored = JSON.parse(String((await collection().findOne({}))?.['session'])) as { readonly cookie: unknown };
      const ours = renewSessionCookie({
        token: { source: 'cookie', value },
        storedCookie: JSON.stringify(parseStoredCookie(stored.cookie)),
        session: { cookieName: COOKIE_NAME, secrets: SECRETS, rolling, cookie: { path: '/' } },
        secure: false,
        now: new Date(),
      });
      // To the byte under one clock: set-cookie.test.ts.
      const withoutTime = (text: string | undefined) => text?.replace(/Expires=[^;]+/, 'Expires');
      expect(withoutTime(ours)).toBe(withoutTime(setCookie));
      expect(setCookie === undefined).toBe(!rolling);
    }
  });
});

/** passport 0.7 that takes whatever is stored for a user. */
function anybody() {
  return deserialising(() => user);
}

/** passport 0.7 whose `deserializeUser` answers so; an Error is its error. */
function deserialising(answer: () => unknown) {
  const passport = new Passport();
  passport.serializeUser((who, done) => {
    done(null, who);
  });
  passport.deserializeUser((_stored, done) => {
    const found = answer();
    if (found instanceof Error) done(found);
    else done(null, found as Express.User);
  });
  return passport;
}
