import { MongoClient, ObjectId, UUID } from 'mongodb';
import { Passport } from 'passport';
import { passportUser, passportUserData } from '../../../../shared/session/identity';
import { passportUserId, type UserId } from '../../../../shared/session/passport-user-id';
import { idText, parseUserId } from '../../../../shared/session/user-id';

const ann = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };
const noDatabase = () => Promise.reject(new Error('the database was asked'));

/** What the real passport hands to `deserializeUser` for this session; undefined when it goes on anonymous. */
function passportHandsOver(session: unknown): unknown {
  const passport = new Passport();
  let handedOver: unknown;
  passport.deserializeUser((user, done) => {
    handedOver = user;
    done(null, { ...ann, roles: ['member'] });
  });
  const middleware: unknown = passport.session();
  const request = { session };
  const next = jest.fn();
  if (typeof middleware === 'function') Reflect.apply(middleware, undefined, [request, {}, next]);
  expect(next).toHaveBeenCalledWith();
  return handedOver;
}

describe('passportUser', () => {
  const id = new ObjectId();

  it.each<[string, unknown, unknown]>([
    ['data', { passport: { user: ann } }, ann],
    ['text', { passport: { user: 'u1' } }, 'u1'],
    ['a number', { passport: { user: 7 } }, 7],
    ['the number 0', { passport: { user: 0 } }, 0],
    ['an ObjectId', { passport: { user: id } }, id],
    ['true', { passport: { user: true } }, true],
    ['empty text', { passport: { user: '' } }, undefined],
    ['false', { passport: { user: false } }, undefined],
    ['null', { passport: { user: null } }, undefined],
    ['an empty passport, as passport 0.5 leaves after logout', { passport: {} }, undefined],
    ['passport null', { passport: null }, undefined],
    ['passport as text', { passport: 'user' }, undefined],
    ['no passport', {}, undefined],
  ])('agrees with passport on %s', (_case, session, expected) => {
    expect(passportUser(session)).toBe(expected);
    expect(passportHandsOver(session)).toBe(expected);
  });

  it('reads own properties only', () => {
    for (const json of [
      '{"__proto__": {"passport": {"user": "u1"}}}',
      '{"passport": {"__proto__": {"user": "u1"}}}',
      '{"constructor": {"prototype": {"passport": {"user": "u1"}}}}',
    ])
      expect(passportUser(JSON.parse(json))).toBeUndefined();
    expect(passportUser(Object.create({ passport: { user: 'u1' } }))).toBeUndefined();
    expect(passportUser({ passport: Object.create({ user: 'u1' }) as unknown })).toBeUndefined();
  });

  it('reads another session key', () => {
    expect(passportUser({ auth: { user: 'u1' }, passport: { user: 'u2' } }, 'auth')).toBe('u1');
  });
});

describe('passportUserData', () => {
  it('reads the identity from the session without the database', async () => {
    const { fromSession } = passportUserData({ parse: (user) => (user === ann ? ann : undefined) });
    expect(await fromSession({ passport: { user: ann } }, noDatabase)).toBe(ann);
  });

  it('reads another key and shape', async () => {
    const { fromSession } = passportUserData({ key: 'auth', parse: (user) => ({ ...ann, userId: String(user) }) });
    expect(await fromSession({ auth: { user: 0 } }, noDatabase)).toEqual({ ...ann, userId: '0' });
  });

  it('asks the parser for users only', async () => {
    const parse = jest.fn(() => ann);
    expect(await passportUserData({ parse }).fromSession({ passport: {} }, noDatabase)).toBeUndefined();
    expect(parse).not.toHaveBeenCalled();
  });
});

describe('parseUserId', () => {
  const id = new ObjectId();

  it.each([
    ['text', 'u1', 'u1'],
    ['a number', 7, '7'],
    ['the number 0', 0, '0'],
    ['an ObjectId', id, id.toHexString()],
    ['userId', { userId: 'u1', id: 'other' }, 'u1'],
    ['id', { id: 7, _id: 'other' }, '7'],
    ['_id', { _id: id }, id.toHexString()],
    ['id where userId is null', { userId: null, id: 'u1' }, 'u1'],
  ])('reads %s', (_case, user, userId) => {
    expect(parseUserId(user)).toEqual({ userId });
  });

  it.each([
    ['true', true],
    ['an operator', { $ne: null }],
    ['an id that is an operator', { userId: { $ne: null } }],
    ['an empty id', { userId: '' }],
    ['half a number', 1.5],
    ['another BSON value with a hex form', { userId: new UUID() }],
    ['a JSON text that looks like an ObjectId', { userId: { _bsontype: 'ObjectId' } }],
    ['inherited parts', Object.create({ userId: 'u1' }) as unknown],
  ])('recognises no user in %s', (_case, user) => {
    expect(parseUserId(user)).toBeUndefined();
  });

  it('reads text of ids for other parsers', () => {
    expect([idText('u1'), idText(id), idText(7), idText('')]).toEqual(['u1', id.toHexString(), undefined, undefined]);
  });
});

describe('passportUserId', () => {
  const asked: (readonly UserId[])[] = [];
  // Never connected: the hook stands for the query.
  const db = new MongoClient('mongodb://127.0.0.1:1').db();
  const resolver = (user: unknown) =>
    passportUserId({
      parse: (found) => (found === ann ? ann : undefined),
      findUser: (_db, ids) => {
        asked.push(ids);
        return Promise.resolve(user);
      },
    });
  const resolve = async (stored: unknown, user: unknown = ann) =>
    resolver(user).fromSession({ passport: { user: stored } }, () => Promise.resolve(db));

  beforeEach(() => {
    asked.length = 0;
  });

  it('asks for hex text as text and as ObjectId, in whichever form the user is stored', async () => {
    const id = new ObjectId();
    expect(await resolve(id.toHexString())).toEqual(ann);
    expect(await resolve(id)).toEqual(ann);
    expect(asked).toEqual([
      [id.toHexString(), id],
      [id, id.toHexString()],
    ]);
  });

  it.each<[string | number, UserId[]]>([
    ['user-7', ['user-7']],
    [7, [7]],
    [0, [0]],
    ['a'.repeat(25), ['a'.repeat(25)]],
  ])('asks for the id %j as it is', async (id, ids) => {
    expect(await resolve(id)).toEqual(ann);
    expect(asked).toEqual([ids]);
  });

  it.each([{ $ne: null }, { $gt: '' }, true, ['u1'], '', null, false, { _bsontype: 'ObjectId' }])(
    'asks nothing for %j',
    async (stored) => {
      expect(await resolve(stored)).toBeUndefined();
      expect(asked).toEqual([]);
    },
  );

  it.each([null, undefined, false])('knows nobody when the user is gone (%j)', async (user) => {
    const lenient = passportUserId({ parse: () => ann, findUser: () => Promise.resolve(user) });
    expect(await lenient.fromSession({ passport: { user: 'u1' } }, () => Promise.resolve(db))).toBeUndefined();
  });

  it('fails when the user cannot be read', async () => {
    const failing = passportUserId({ findUser: () => Promise.reject(new Error('away')) });
    await expect(failing.fromSession({ passport: { user: 'u1' } }, () => Promise.resolve(db))).rejects.toThrow('away');
    await expect(resolver(ann).fromSession({ passport: { user: 'u1' } }, noDatabase)).rejects.toThrow();
  });
});
