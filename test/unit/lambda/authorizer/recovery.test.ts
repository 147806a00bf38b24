import { MongoClient, type Collection } from 'mongodb';
import { sign } from '../../../../shared/session/unsign';
import { startEmbedded, type EmbeddedMongo } from '../../../../shared/local/mongo';
import { COOKIE_NAME } from '../../../oracles/app';
import { waitFor } from '../../../support/wait-for';
import { cookieEvent, runningAuthorizer, SECRETS } from './running-authorizer';
import { onlyOnEmbedded } from '../../../support/test-mongo';

const { describe } = onlyOnEmbedded();

const ID = 'session-id-not-to-be-logged';
const user = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };
const cookieFor = (id: string) => `${COOKIE_NAME}=${encodeURIComponent(`s:${sign(id, SECRETS[0] ?? '')}`)}`;
const event = cookieEvent(cookieFor(ID));

let mongo: EmbeddedMongo;
let client: MongoClient;
let sessions: Collection<{ _id: string; session: string; expires: Date }>;
let uri: string;
let lambda: ReturnType<typeof runningAuthorizer>;

beforeEach(async () => {
  mongo = await startEmbedded();
  uri = `mongodb://127.0.0.1:${mongo.port}/eventsapp`;
  client = await MongoClient.connect(uri);
  sessions = client.db().collection('sessions');
  const session = JSON.stringify({ cookie: { originalMaxAge: 600_000 }, passport: { user } });
  await sessions.insertOne({ _id: ID, session, expires: new Date(Date.now() + 60_000) });
  lambda = runningAuthorizer({ uri, session: { store: { format: 'connect-mongo' } } });
});
afterEach(async () => {
  expect(lambda.logger.text()).not.toContain(ID);
  await Promise.all([lambda.connection.close(), client.close()]);
  await mongo.stop();
});

describe('the authorizer while MongoDB comes and goes', () => {
  it('answers 500 while it is away and 200 when it is back, never 401', async () => {
    expect(await lambda.status(event)).toBe(200);
    for (let round = 0; round < 2; round += 1) {
      await mongo.faults.down();
      expect(await lambda.status(event)).toBe(500);
      expect(await lambda.status(event)).toBe(500);
      await mongo.faults.up();
      await waitFor('the recovery', async () => {
        const status = await lambda.status(event);
        expect(status).not.toBe(401);
        return status === 200;
      });
    }
  });

  it('recovers from a start that failed', async () => {
    await mongo.faults.down();
    expect(await lambda.status(event)).toBe(500);
    expect(await lambda.status(event)).toBe(500);
    await mongo.faults.up();
    await waitFor('the recovery', async () => (await lambda.status(event)) === 200);
  });

  it('answers requests without a verified id as ever', async () => {
    await mongo.faults.down();
    expect(await lambda.status(cookieEvent('a=1'))).toBe(401);
    expect(await lambda.status(cookieEvent(cookieFor('x').slice(0, -1)))).toBe(401);
  });

  it('survives a dropped connection and a lost reply, because the driver reads once more', async () => {
    const patient = runningAuthorizer({ uri, session: { store: { format: 'connect-mongo' } }, patience: 3_000 });
    expect(await patient.status(event)).toBe(200);
    mongo.faults.dropConnections();
    expect(await patient.status(event)).toBe(200);
    mongo.faults.fail({ commands: ['find'], closeConnection: 'after running', times: 1 });
    expect(await patient.status(event)).toBe(200);
    await patient.connection.close();
  });

  it('is 500 for an error of the server, whatever its message says', async () => {
    mongo.faults.fail({ commands: ['find'], code: 2, message: `Unauthorized: ${ID}`, times: 1 });
    expect(await lambda.status(event)).toBe(500);
    expect(await lambda.status(event)).toBe(200);
  });

  it('does not wait for a touch, nor fail with it', async () => {
    mongo.faults.fail({ commands: ['update'], code: 91, message: `shutting down ${ID}` });
    expect(await lambda.status(event)).toBe(200);
    await waitFor('the warning', () => lambda.logger.text().includes('session_touch_failed'));
  });
});

describe('what the authorizer asks MongoDB', () => {
  it('is one projected read by id, and one update of a live record', async () => {
    const seen: unknown[] = [];
    const observed = new MongoClient(uri, { monitorCommands: true });
    observed.on('commandStarted', ({ command }) => seen.push(command));
    jest.spyOn(lambda.connection, 'db').mockResolvedValue(observed.db());
    try {
      expect(await lambda.status(event)).toBe(200);
      await waitFor('the touch', () => seen.length === 2);
    } finally {
      await observed.close();
    }
    expect(seen[0]).toMatchObject({
      find: 'sessions',
      limit: 1,
      filter: { _id: ID, $or: [{ expires: { $exists: false } }, { expires: { $gt: expect.any(Date) as Date } }] },
      projection: { _id: 0, session: 1, lastModified: 1 },
    });
    const q = { _id: ID, $or: [{ expires: { $exists: false } }, { expires: { $gt: expect.any(Date) as Date } }] };
    const u = { $set: { expires: expect.any(Date) as Date } };
    expect(seen[1]).toMatchObject({ update: 'sessions', updates: [{ q, u }] });
    expect(JSON.stringify(seen)).not.toContain('upsert":true');
  });
});

describe('a touch beside a logout', () => {
  it('never brings the session back, in 1,000 interleavings', async () => {
    const { session } = (await sessions.findOne({ _id: ID })) ?? { session: '' };
    const order: string[] = [];
    const stopListening = mongo.onCommand(({ command }) => order.push(command));
    const counts = { 'refused, then nothing': 0, 'touch before logout': 0, 'touch after logout': 0 };

    for (let round = 0; round < 1_000; round += 1) {
      const id = `round-${round}`;
      await sessions.insertOne({ _id: id, session, expires: new Date(Date.now() + 60_000) });
      order.length = 0;
      // The logout starts so many turns of the event loop later.
      const logout = async () => {
        for (let turn = 0; turn < round % 13; turn += 1) await new Promise(setImmediate);
        await sessions.deleteOne({ _id: id });
      };
      const [status] = await Promise.all([lambda.status(cookieEvent(cookieFor(id))), logout()]);
      expect(status).not.toBe(500);
      if (status === 200) await waitFor('the touch', () => order.includes('update'));
      if (status === 401) counts['refused, then nothing'] += 1;
      else if (order.indexOf('update') < order.indexOf('delete')) counts['touch before logout'] += 1;
      else counts['touch after logout'] += 1;
    }
    stopListening();
    expect(await sessions.countDocuments({ _id: { $ne: ID } })).toBe(0);
    // The sum is 1,000; each order was met.
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(20);
  });
});
