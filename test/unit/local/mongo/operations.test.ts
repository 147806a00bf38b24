import { MongoClient, MongoServerError, type Db } from 'mongodb';
import { startEmbedded, startMongo } from '../../../local/mongo';
import { findMongod } from '../../../local/mongo/mongod';
import { EXPRESSIONS, STAGES } from './operations/aggregations';
import type { OperationCase } from './operations/operation-case';
import { QUERIES } from './operations/queries';
import { READS } from './operations/reads';
import { UPDATES } from './operations/updates';
import { WRITES } from './operations/writes';

/** Every case has the result that MongoDB's manual gives, so that the embedded server is held to it and so is a real one, if there is one. */
const GROUPS = [...QUERIES, ...READS, ...UPDATES, ...STAGES, ...EXPRESSIONS, ...WRITES];

interface Target {
  readonly uri: string;
  readonly stop: () => Promise<void>;
}

const TARGETS: readonly (readonly [string, () => Promise<Target>])[] = [
  [
    'embedded',
    async () => {
      const server = await startEmbedded();
      return { uri: `mongodb://127.0.0.1:${server.port}`, stop: () => server.stop() };
    },
  ],
  ...(process.env['MONGODB_URI'] !== undefined || findMongod(process.env['PATH']) !== undefined
    ? ([['a real MongoDB', () => startMongo({ env: process.env })]] as const)
    : []),
];

async function outcome(operation: OperationCase, db: Db, name: string): Promise<unknown> {
  const collection = db.collection(name);
  if (operation.documents !== undefined)
    await collection.insertMany([...operation.documents], { forceServerObjectId: true });
  try {
    return await operation.run(collection, db);
  } catch (error) {
    if (error instanceof MongoServerError) return { error: error.code };
    throw error;
  }
}

describe.each(TARGETS)('operations on %s', (_name, start) => {
  let target: Target;
  let client: MongoClient;
  let db: Db;
  let collections = 0;

  beforeAll(async () => {
    target = await start();
    client = await new MongoClient(target.uri).connect();
    db = client.db(`banyan_operations_${process.pid}`);
  });

  afterAll(async () => {
    await db.dropDatabase();
    await client.close();
    await target.stop();
  });

  describe.each(GROUPS)('$group', ({ cases }) => {
    test.each(cases)('$name ($manual)', async (operation) => {
      await expect(outcome(operation, db, `case-${++collections}`)).resolves.toEqual(operation.expected);
    });
  });
});
