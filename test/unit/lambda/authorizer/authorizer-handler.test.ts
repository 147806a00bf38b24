import { MongoClient, MongoNetworkError } from 'mongodb';
import { authorizerHandler } from '../../../../lambda/authorizer/authorizer-handler';
import { forgetLambdaConfig } from '../../../../lambda/config';
import { closeMongo } from '../../../../lambda/mongo';
import { ConfigError } from '../../../../shared/errors';
import { sign } from '../../../../shared/session/unsign';
import { testBanyan } from '../../../support/test-banyan';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';
import { waitFor } from '../../../support/wait-for';
import { restEvent } from './events';

const VARIABLES = ['MONGODB_URI', 'SESSION_SECRET', 'LOG_LEVEL'] as const;
const SECRET = 'what-signs-the-sessions';
const REFUSED = { anonymous: 'refused' } as const;

const signedWith = (secret: string) =>
  restEvent({ Cookie: `shop.sid=${encodeURIComponent(`s:${sign('an-id', secret)}`)}` });

function setEnvironment(values: Partial<Record<(typeof VARIABLES)[number], string>>): void {
  for (const name of VARIABLES) {
    if (values[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = values[name];
  }
  forgetLambdaConfig();
}

let mongo: TestMongo;
let client: MongoClient;
let good: Record<(typeof VARIABLES)[number], string>;

beforeAll(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
  good = { MONGODB_URI: mongo.uri, SESSION_SECRET: SECRET, LOG_LEVEL: 'silent' };
  await client
    .db()
    .collection<{ _id: string }>('sessions')
    .insertOne({
      _id: 'an-id',
      ...{ session: JSON.stringify({ cookie: { originalMaxAge: 60_000 }, passport: { user: 'u1' } }) },
      // Young enough not to be touched.
      ...{ expires: new Date(Date.now() + 600_000), lastModified: new Date() },
    });
});
afterEach(async () => {
  setEnvironment({});
  await closeMongo();
});
afterAll(async () => {
  await client.close();
  await mongo.stop();
});

describe('the handler of an authorizer', () => {
  it('knows the users of the sessions that the environment names', async () => {
    setEnvironment(good);
    const authorize = authorizerHandler(testBanyan, REFUSED);
    await expect(authorize(signedWith(SECRET))).resolves.toMatchObject({
      principalId: 'u1',
      context: { authenticatedBy: 'session', userId: 'u1' },
    });
  });

  it('refuses anonymous requests or lets them through, as asked', async () => {
    setEnvironment(good);
    await expect(authorizerHandler(testBanyan, REFUSED)(restEvent({}))).rejects.toThrow(/^Unauthorized$/);
    const lenient = authorizerHandler(testBanyan, { anonymous: 'let through' });
    await expect(lenient(restEvent({}))).resolves.toMatchObject({ context: { authenticatedBy: 'nobody' } });
  });

  it('connects before anyone asks', async () => {
    setEnvironment(good);
    const connect = jest.spyOn(MongoClient.prototype, 'connect');
    try {
      authorizerHandler(testBanyan, REFUSED);
      await waitFor('a connection', () => connect.mock.calls.length > 0);
    } finally {
      connect.mockRestore();
    }
  });

  it('answers 500 while there is no database, and tries again at each request', async () => {
    const connect = jest
      .spyOn(MongoClient.prototype, 'connect')
      .mockRejectedValue(new MongoNetworkError('unavailable'));
    try {
      setEnvironment(good);
      const authorize = authorizerHandler(testBanyan, REFUSED);
      await expect(authorize(signedWith(SECRET))).rejects.toThrow('The request could not be authenticated');
      const before = connect.mock.calls.length;
      await expect(authorize(signedWith(SECRET))).rejects.toThrow('The request could not be authenticated');
      expect(connect).toHaveBeenCalledTimes(before + 1);
    } finally {
      connect.mockRestore();
    }
  });

  it('names every bad variable at once and as long as they are bad, then goes on', async () => {
    setEnvironment({ LOG_LEVEL: 'loud' });
    const authorize = authorizerHandler(testBanyan, REFUSED);
    for (let i = 0; i < 2; i += 1) {
      const fault: unknown = await authorize(signedWith(SECRET)).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(ConfigError);
      const { message, faults } = fault as ConfigError;
      expect(message).toMatch(/^Environment/);
      expect(faults.map((one) => one.split(' ', 1)[0])).toEqual(['MONGODB_URI', 'LOG_LEVEL', 'SESSION_SECRET']);
    }
    setEnvironment(good);
    await expect(authorize(signedWith(SECRET))).resolves.toMatchObject({ principalId: 'u1' });
  });

  it('lets a fault pass that is not one of the environment', async () => {
    setEnvironment(good);
    const session = Object.defineProperty({ ...testBanyan.session }, 'store', {
      get: () => {
        throw new RangeError('no store');
      },
    });
    await expect(authorizerHandler({ ...testBanyan, session }, REFUSED)(restEvent({}))).rejects.toThrow('no store');
  });

  it('reads the environment once, and again when that has been asked for', async () => {
    const lines: string[] = [];
    const written = jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    try {
      setEnvironment({ ...good, LOG_LEVEL: 'info' });
      const authorize = authorizerHandler(testBanyan, REFUSED);
      await authorize(signedWith(SECRET));
      process.env['SESSION_SECRET'] = 'another';
      await expect(authorize(signedWith(SECRET))).resolves.toBeDefined();
      expect(lines).toEqual([]);
      forgetLambdaConfig();
      await expect(authorize(signedWith(SECRET))).rejects.toThrow(/^Unauthorized$/);
      await expect(authorize(signedWith('another'))).resolves.toBeDefined();
      expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
        { function: 'authorizer', level: 'info', reasons: { session: 'bad signature' } },
      ]);
    } finally {
      written.mockRestore();
    }
  });
});
