import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Logger } from '../../shared/logger';
import { startMongo, uriOfDatabase, type EmbeddedMongo, type LocalMongo } from '../../shared/local/mongo';
import { closeIfLeftOpen } from './left-open';

/**
 * The one way to name a real MongoDB for tests. What `MONGODB_URI` names is never used: tests seed, write and drop.
 */
const REAL = process.env['TEST_MONGODB_URI'];

/** A MongoDB for one test file or one test. */
export interface TestMongo extends LocalMongo {
  /** One more database, which goes with the first; another at each call. */
  anotherUri(): string;
}

/**
 * Starts the embedded MongoDB, or with `TEST_MONGODB_URI` takes databases of that server whose names are used by no other test and
 * that `stop` drops.
 *
 * @throws BanyanError when the MongoDB that was asked for does not answer
 */
export async function startTestMongo(options: { readonly logger?: Logger } = {}): Promise<TestMongo> {
  const mongo = await start(options);
  const stop = async (): Promise<void> => {
    stopped();
    await mongo.stop();
  };
  const stopped = closeIfLeftOpen(stop);
  return { ...mongo, stop };
}

async function start({ logger }: { readonly logger?: Logger }): Promise<TestMongo> {
  if (REAL === undefined) {
    const mongo = await startMongo({ env: {}, ...(logger && { logger }) });
    let others = 0;
    return { ...mongo, anotherUri: () => uriOfDatabase(mongo.uri, `test_${(others += 1)}`) };
  }
  const own = `banyan_test_${randomBytes(6).toString('hex')}`;
  const names = new Set([own]);
  const uri = uriOfDatabase(REAL, own);
  const { why } = await startMongo({ env: { MONGODB_URI: uri } });
  return {
    uri,
    // Not what MONGODB_URI names: a system seeds it and keeps its state in it.
    chosen: 'test',
    why: why.replace('MONGODB_URI', 'TEST_MONGODB_URI'),
    anotherUri() {
      const next = `${own}_${names.size}`;
      names.add(next);
      return uriOfDatabase(REAL, next);
    },
    async stop() {
      const client = await MongoClient.connect(uri);
      try {
        await Promise.all(Array.from(names, (name) => client.db(name).dropDatabase()));
      } finally {
        await client.close();
      }
    },
  };
}

/** The embedded MongoDB behind it, to break it or to count its commands. */
export function embeddedOf({ embedded }: LocalMongo): EmbeddedMongo {
  if (embedded === undefined)
    throw new Error('this MongoDB is not the embedded one: declare the test by onlyOnEmbedded()');
  return embedded;
}

/**
 * The functions of Jest for tests that break MongoDB or count its commands, which is possible with the embedded one alone: with
 * `TEST_MONGODB_URI` they skip, and one line says why.
 */
export function onlyOnEmbedded(): Pick<typeof globalThis, 'describe' | 'it' | 'test'> {
  if (REAL === undefined) return { describe, it, test };
  it.skip('skipped: these tests break MongoDB or count its commands, and TEST_MONGODB_URI names one that allows neither', () =>
    undefined);
  return { describe: describe.skip, it: it.skip, test: test.skip };
}
