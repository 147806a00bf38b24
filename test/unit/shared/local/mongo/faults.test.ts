import { MongoClient, type Collection } from 'mongodb';
import { startEmbedded, type CommandEvent, type EmbeddedMongo } from '../../../../../shared/local/mongo';
import { waitFor } from '../../../../support/wait-for';

let server: EmbeddedMongo;
let client: MongoClient;
let collection: Collection<{ _id: number; n?: number; at?: unknown }>;

beforeEach(async () => {
  server = await startEmbedded();
  client = new MongoClient(`mongodb://127.0.0.1:${server.port}/faults`, {
    serverSelectionTimeoutMS: 1_000,
    retryReads: false,
    retryWrites: false,
  });
  collection = client.db().collection('things');
  await collection.insertOne({ _id: 1 });
});

afterEach(async () => {
  await client.close();
  await server.stop();
});

/** Without retries the first operation may still meet a connection that has just been cut. */
const expectAnswers = () =>
  waitFor('an answer over a new connection', () =>
    collection.findOne({ _id: 1 }).then(
      (found) => found !== null,
      () => false,
    ),
  );

describe('down and up', () => {
  test('clients see network errors, then the same data on the same port', async () => {
    const { port } = server;
    await server.faults.down();
    await expect(collection.findOne({ _id: 1 })).rejects.toThrow(/ECONNREFUSED|closed|Server selection/);
    await server.faults.up();
    expect(server.port).toBe(port);
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1 });
  });

  test('up twice, and clear, do no harm', async () => {
    await server.faults.up();
    await server.faults.down();
    await server.faults.clear();
    await server.faults.up();
    await expectAnswers();
  });

  test('stop while down', async () => {
    await server.faults.down();
    await expect(server.stop()).resolves.toBeUndefined();
  });

  test('dropped connections are replaced', async () => {
    server.faults.dropConnections();
    await expectAnswers();
  });
});

describe('delay', () => {
  test('holds back the commands that match, for as often as told', async () => {
    const fault = server.faults.delay(80, { commands: ['find'], collection: 'things', times: 1 });
    const timed = async () => {
      const start = performance.now();
      await collection.findOne({ _id: 1 });
      return performance.now() - start;
    };
    const inserting = collection.insertOne({ _id: 2 }).then(() => 'insert');
    const finding = timed();
    expect(await Promise.race([inserting, finding.then(() => 'find')])).toBe('insert');
    expect(await finding).toBeGreaterThanOrEqual(75);
    expect(fault.hits).toBe(1);
    await timed();
    expect(fault.hits).toBe(1);
  });

  test('can be taken back', async () => {
    const fault = server.faults.delay(60_000);
    fault.remove();
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1 });
  });

  test('the driver gives up by its own time limit', async () => {
    const impatient = new MongoClient(`mongodb://127.0.0.1:${server.port}/faults`, {
      socketTimeoutMS: 100,
      retryReads: false,
    });
    server.faults.delay(1_000, { commands: ['find'] });
    await expect(impatient.db().collection('things').findOne({})).rejects.toThrow(/timed out/);
    await impatient.close();
  });
});

describe('fail', () => {
  test('with an error code, and without effect', async () => {
    server.faults.fail({
      commands: ['update'],
      times: 1,
      code: 11_602,
      message: 'interrupted',
      errorLabels: ['RetryableWriteError'],
    });
    const error = await collection.updateOne({ _id: 1 }, { $inc: { n: 1 } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 11_602, message: 'interrupted', errorLabels: ['RetryableWriteError'] });
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1 });
    await collection.updateOne({ _id: 1 }, { $inc: { n: 1 } });
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 });
  });

  test('by a cut connection, before the command runs', async () => {
    server.faults.fail({ commands: ['update'], times: 1, closeConnection: 'before running' });
    await expect(collection.updateOne({ _id: 1 }, { $inc: { n: 1 } })).rejects.toThrow(/closed/);
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1 });
  });

  test('by a cut connection, after it has run: the effect is there, the reply lost', async () => {
    server.faults.fail({ commands: ['update'], times: 1, closeConnection: 'after running' });
    await expect(collection.updateOne({ _id: 1 }, { $inc: { n: 1 } })).rejects.toThrow(/closed/);
    expect(await collection.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 });
  });

  test('only in the named collection', async () => {
    server.faults.fail({ collection: 'others', code: 1 });
    expect(await collection.countDocuments()).toBe(1);
    await expect(client.db().collection('others').countDocuments()).rejects.toMatchObject({ code: 1 });
  });

  test('of everything leaves greetings alone, so that the client stays connected', async () => {
    server.faults.fail({ code: 1 });
    await expect(collection.findOne({})).rejects.toMatchObject({ code: 1 });
    const other = new MongoClient(`mongodb://127.0.0.1:${server.port}/faults`, { serverSelectionTimeoutMS: 1_000 });
    await expect(other.connect()).resolves.toBeDefined();
    await other.close();
  });
});

describe('observing commands', () => {
  test('counts and events', async () => {
    const events: CommandEvent[] = [];
    const stop = server.onCommand((event) => events.push(event));
    server.resetCommandCounts();
    await collection.findOne({ _id: 1 });
    await collection.findOne({ _id: 2 });
    expect(server.commandCounts()).toMatchObject({ find: 2 });
    stop();
    await collection.findOne({ _id: 1 });
    expect(events.filter(({ command }) => command === 'find')).toEqual([
      { command: 'find', database: 'faults', collection: 'things' },
      { command: 'find', database: 'faults', collection: 'things' },
    ]);
  });
});

describe('expiry', () => {
  test('the monitor removes what has expired, of dates and arrays of dates alone', async () => {
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 60 }, {});
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    await collection.insertMany([
      { _id: 2, at: ago(61) },
      { _id: 3, at: ago(30) },
      { _id: 4, at: 'text' },
      { _id: 5, at: [ago(0), ago(90)] },
      { _id: 6, at: null },
    ]);
    expect(server.removeExpired()).toBe(2);
    expect((await collection.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)).toEqual([1, 3, 4, 6]);
  });

  test('by itself, in its interval', async () => {
    const quick = await startEmbedded({ ttlInterval: 5 });
    const other = new MongoClient(`mongodb://127.0.0.1:${quick.port}/expiry`);
    const sessions = other.db().collection('sessions');
    await sessions.createIndex({ expires: 1 }, { expireAfterSeconds: 0 }, {});
    await sessions.insertOne({ expires: new Date(Date.now() - 1) });
    await waitFor('the document to be removed', async () => (await sessions.countDocuments()) === 0);
    await other.close();
    await quick.stop();
  });
});

test('starts in less than 100 ms and stops in less than a second with clients connected', async () => {
  const start = performance.now();
  const other = await startEmbedded();
  expect(performance.now() - start).toBeLessThan(100);
  const connected = await new MongoClient(`mongodb://127.0.0.1:${other.port}`).connect();
  const stop = performance.now();
  await other.stop();
  expect(performance.now() - stop).toBeLessThan(1_000);
  await connected.close();
});
