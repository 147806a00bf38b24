import { passportUserData } from '../../../../shared/session/identity';
import { ObjectId } from 'mongodb';
import { BanyanError } from '../../../../shared/errors';
import { readOctetStrings } from '../../../../shared/session/stores/der';
import { passportUserId } from '../../../../shared/session/passport-user-id';
import { connectMongoOracle } from '../../shared/session/stores/connect-mongo-oracle';
import {
  ann,
  attempt,
  GOOD,
  ID,
  LATER,
  NOW,
  record,
  sessionOf,
  STORE_SECRET,
  withToken,
  type Outcome,
} from './attempt';
import { parseTestIdentity } from '../../../support/test-identity';

/** What a session record may hold that nobody expects: how it ends, and how often the database is asked. */

const withGood = withToken(GOOD);

describe('what a session record may hold', () => {
  const user = JSON.stringify(ann);
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;

  it.each<[string, unknown, Outcome]>([
    ['null', 'null', 'unauthorized'],
    ['an array', '[]', 'our fault'],
    ['a number', '7', 'our fault'],
    ['broken JSON', '{"cookie":{}', 'our fault'],
    ['empty text', '', 'our fault'],
    ['no cookie', `{"passport":{"user":${user}}}`, 'our fault'],
    ['50,000 levels beside the user', `{"cookie":{},"deep":${deep},"passport":{"user":${user}}}`, 'allowed'],
    ['50,000 levels as user', `{"cookie":{},"passport":{"user":${deep}}}`, 'unauthorized'],
    ['the user in __proto__', `{"cookie":{},"__proto__":{"passport":{"user":${user}}}}`, 'unauthorized'],
    ['the user in passport.__proto__', `{"cookie":{},"passport":{"__proto__":{"user":${user}}}}`, 'unauthorized'],
    ['the cookie in __proto__', `{"__proto__":{"cookie":{}},"passport":{"user":${user}}}`, 'our fault'],
    ['the user in constructor', `{"cookie":{},"constructor":{"passport":{"user":${user}}}}`, 'unauthorized'],
    ['hasOwnProperty overwritten', `{"cookie":{},"hasOwnProperty":1,"passport":{"user":${user}}}`, 'allowed'],
    ['a record of another format', { cookie: {}, passport: { user: ann } }, 'our fault'],
  ])('%s', async (_case, session, outcome) => {
    expect(await attempt(withGood, { sessions: [record(session)] })).toEqual([outcome, 1]);
  });

  it('pollutes no prototype', async () => {
    const session = `{"cookie":{"__proto__":{"polluted":1}},"__proto__":{"polluted":1},"passport":{"user":${user}}}`;
    expect(await attempt(withGood, { sessions: [record(session)] })).toEqual(['allowed', 1]);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe("what passport's user may be", () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['empty text', ''],
    ['false', false],
    ['the number 0', 0],
    ['true', true],
    ['text', 'u1'],
    ['an array', [ann]],
    ['an operator', { $gt: '' }],
    ['an operator as id', { ...ann, userId: { $ne: null } }],
    ['an object that calls itself an ObjectId', { ...ann, userId: { _bsontype: 'ObjectId' } }],
    ['an object without account', { userId: 'u1' }],
  ])('%s, where data belongs: nobody', async (_case, user) => {
    expect(await attempt(withGood, { sessions: [record(sessionOf(user))] })).toEqual(['unauthorized', 1]);
  });

  const identity = passportUserId({
    findUser: (db, ids) => db.collection('users').findOne({ _id: { $in: [...ids] } } as object),
    parse: () => ann,
  });
  const hex = '5eeda5e00000000000000001';

  it.each<[string, unknown, Outcome, number]>([
    ['null', null, 'unauthorized', 1],
    ['empty text', '', 'unauthorized', 1],
    ['false', false, 'unauthorized', 1],
    ['true', true, 'unauthorized', 1],
    ['an operator', { $ne: null }, 'unauthorized', 1],
    ['an array', [{ $ne: null }], 'unauthorized', 1],
    ['an object that calls itself an ObjectId', { _bsontype: 'ObjectId', id: hex }, 'unauthorized', 1],
    ['the number 0, of a user', 0, 'allowed', 2],
    ['hex text, of a user', hex, 'allowed', 2],
    ['text, of nobody', 'u7', 'unauthorized', 2],
  ])('%s, where an id belongs', async (_case, user, outcome, reads) => {
    const users = [{ _id: 0 }, { _id: hex }];
    expect(await attempt(withGood, { sessions: [record(sessionOf(user))], users, identity })).toEqual([outcome, reads]);
  });

  it('an ObjectId, where an id belongs, of a user deleted between the two reads: nobody', async () => {
    const sessions = [record({ cookie: {}, passport: { user: new ObjectId() } })];
    const store = { stringify: false };
    expect(await attempt(withGood, { sessions, users: [], identity, store })).toEqual(['unauthorized', 2]);
  });

  it('an ObjectId, where data belongs: nobody', async () => {
    const sessions = [record({ cookie: {}, passport: { user: new ObjectId() } })];
    expect(await attempt(withGood, { sessions, store: { stringify: false } })).toEqual(['unauthorized', 1]);
  });
});

describe('when a record expires', () => {
  const past = { cookie: { expires: '2020-01-01T00:00:00.000Z', originalMaxAge: 1000 }, passport: { user: ann } };

  it.each<[string, object, Outcome]>([
    ['missing', {}, 'allowed'],
    ['later, the cookie inside long expired', { expires: LATER }, 'allowed'],
    ['null', { expires: null }, 'unauthorized'],
    ['text', { expires: LATER.toISOString() }, 'unauthorized'],
    ['a number', { expires: LATER.getTime() }, 'unauthorized'],
    ['exactly now', { expires: NOW }, 'unauthorized'],
    ['a millisecond later', { expires: new Date(NOW.getTime() + 1) }, 'allowed'],
    ['a millisecond ago', { expires: new Date(NOW.getTime() - 1) }, 'unauthorized'],
    ['an invalid date', { expires: new Date(NaN) }, 'unauthorized'],
  ])('%s', async (_case, fields, outcome) => {
    expect(await attempt(withGood, { sessions: [record(JSON.stringify(past), fields)] })).toEqual([outcome, 1]);
  });
});

describe('an encrypted record', () => {
  const encryption = { scheme: 'kruptein', secret: [STORE_SECRET] } as const;
  let good: string;

  beforeAll(async () => {
    const written = await connectMongoOracle({ crypto: { secret: STORE_SECRET } }).write({ passport: { user: ann } });
    good = String(written['session']);
  });

  const flipped = (at: number): string => {
    const der = Buffer.from(good, 'base64');
    const field = readOctetStrings(der)?.[at]; // shares its memory with `der`
    if (field === undefined) throw new Error('not DER');
    field[0] = (field[0] ?? 0) ^ 1;
    return der.toString('base64');
  };
  const read = (session: string, secret: string = STORE_SECRET) =>
    attempt(withGood, {
      sessions: [record(session)],
      store: { encryption: { ...encryption, secret: [secret] } },
      alsoPrivate: [good],
    });

  it('as connect-mongo wrote it: allowed', async () => {
    expect(await read(good)).toEqual(['allowed', 1]);
  });

  const FIELDS = ['ct', 'hmac', 'iv', 'salt', 'at', 'aad'];
  it.each(FIELDS)('with a flipped bit in %s: our fault', async (field) => {
    expect(await read(flipped(FIELDS.indexOf(field)))).toEqual(['our fault', 1]);
  });

  it.each<[string, () => string]>([
    ['truncated DER', () => Buffer.from(good, 'base64').subarray(0, 100).toString('base64')],
    [
      'a huge length',
      () => Buffer.concat([Buffer.from('3084ffffffff', 'hex'), Buffer.from(good, 'base64')]).toString('base64'),
    ],
    ['not base64', () => '\u0000'.repeat(64)],
  ])('%s: our fault', async (_case, damaged) => {
    expect(await read(damaged())).toEqual(['our fault', 1]);
  });

  it('of another secret: our fault', async () => {
    expect(await read(good, 'another-store-secret')).toEqual(['our fault', 1]);
  });

  it('where none is expected: our fault', async () => {
    expect(await attempt(withGood, { sessions: [record(good)], alsoPrivate: [good] })).toEqual(['our fault', 1]);
  });
});

describe('an identity hook that fails', () => {
  it.each<[string, Error]>([
    ['an error that calls itself Unauthorized', new Error('Unauthorized')],
    ['one of our own that does', new BanyanError('Unauthorized', { code: 'x', statusCode: 401 })],
    ['a message with the id', new Error(`cannot read ${ID}`)],
  ])('%s: our fault', async (_case, error) => {
    expect(
      await attempt(withGood, {
        identity: { ...passportUserData({ parse: parseTestIdentity }), fromSession: () => Promise.reject(error) },
      }),
    ).toEqual(['our fault', 1]);
  });
});
