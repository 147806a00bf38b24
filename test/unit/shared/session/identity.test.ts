import { MongoClient, ObjectId } from 'mongodb';
import { Passport } from 'passport';
import { parseIdentity, passportUser, passportUserData } from '../../../../shared/session/identity';
import { passportUserId, type UserId } from '../../../../shared/session/passport-user-id';

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
    expect(await passportUserData()({ passport: { user: ann } }, noDatabase)).toEqual(ann);
  });

  it('reads another key and shape', async () => {
    const resolve = passportUserData({ key: 'auth', toIdentity: (user) => ({ ...ann, userId: String(user) }) });
    expect(await resolve({ auth: { user: 0 } }, noDatabase)).toEqual({ ...ann, userId: '0' });
  });

  it('takes ObjectIds for their hex text', () => {
    const [user, account] = [new ObjectId(), new ObjectId()];
    expect(parseIdentity({ ...ann, userId: user, customerAccountId: account })).toEqual({
      ...ann,
      userId: user.toHexString(),
      customerAccountId: account.toHexString(),
    });
  });

  it.each([
    ['text', 'u1'],
    ['true', true],
    ['an operator', { $ne: null }],
    ['an id that is an operator', { ...ann, userId: { $ne: null } }],
    ['an empty id', { ...ann, userId: '' }],
    ['no account', { ...ann, customerAccountId: undefined }],
    ['a name that is not text', { ...ann, fullName: 7 }],
    ['roles that are not a list', { ...ann, roles: 'member' }],
    ['a role that is not text', { ...ann, roles: [1] }],
    ['inherited parts', Object.create(ann)],
  ])('knows nobody in %s', (_case, user) => {
    expect(parseIdentity(user)).toBeUndefined();
  });
});

describe('passportUserId', () => {
  const asked: (readonly UserId[])[] = [];
  // Never connected: the hook stands for the query.
  const db = new MongoClient('mongodb://127.0.0.1:1').db();
  const resolver = (user: unknown) =>
    passportUserId({
      findUser: (_db, ids) => {
        asked.push(ids);
        return Promise.resolve(user);
      },
    });
  const resolve = async (stored: unknown, user: unknown = ann) =>
    resolver(user)({ passport: { user: stored } }, () => Promise.resolve(db));

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
    const found = await resolver(user)({ passport: { user: 'u1' } }, () => Promise.resolve(db));
    expect(found).toBeUndefined();
  });

  it('fails when the user cannot be read', async () => {
    const failing = passportUserId({ findUser: () => Promise.reject(new Error('away')) });
    await expect(failing({ passport: { user: 'u1' } }, () => Promise.resolve(db))).rejects.toThrow('away');
    await expect(resolver(ann)({ passport: { user: 'u1' } }, noDatabase)).rejects.toThrow();
  });
});
