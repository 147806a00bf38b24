import { MongoClient, MongoServerError, type Db } from 'mongodb';
import { startMongo, type LocalMongo } from '../../../../../shared/local/mongo';
import { findMongod } from '../../../../../shared/local/mongo/mongod';
import { startTestMongo } from '../../../../support/test-mongo';
import { EXPRESSIONS, STAGES } from './operations/aggregations';
import type { OperationCase } from './operations/operation-case';
import { QUERIES } from './operations/queries';
import { READS } from './operations/reads';
import { UPDATES } from './operations/updates';
import { WRITES } from './operations/writes';

/** Every case has the result that MongoDB's manual gives, so that the embedded server is held to it and so is a real one, if there is one. */
const GROUPS = [...QUERIES, ...READS, ...UPDATES, ...STAGES, ...EXPRESSIONS, ...WRITES];

const ON_PATH = { PATH: process.env['PATH'] };
const TARGETS: readonly (readonly [string, () => Promise<LocalMongo>])[] = [
  ['embedded', () => startMongo({ env: {} })],
  ...(process.env['TEST_MONGODB_URI'] !== undefined
    ? ([['the MongoDB of TEST_MONGODB_URI', startTestMongo]] as const)
    : findMongod(ON_PATH.PATH) !== undefined
      ? ([['the mongod on PATH', () => startMongo({ env: ON_PATH })]] as const)
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
  let target: LocalMongo;
  let client: MongoClient;
  let db: Db;
  let collections = 0;

  beforeAll(async () => {
    target = await start();
    client = await new MongoClient(target.uri).connect();
    db = client.db();
  });

  afterAll(async () => {
    await client.close();
    await target.stop();
  });

  describe.each(GROUPS)('$group', ({ cases }) => {
    test.each(cases)('$name ($manual)', async (operation) => {
      await expect(outcome(operation, db, `case-${++collections}`)).resolves.toEqual(operation.expected);
    });
  });
});
