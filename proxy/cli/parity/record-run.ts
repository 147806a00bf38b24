import type { ParityRun } from '../../../shared/parity/result';
import { createIndexes, databaseKind, type DatabaseKind } from '../../ledger/collections';
import { recordParityRun } from '../../ledger/suites';
import { readCutoverEnvironment } from '../config';
import type { CliIo } from '../cli-io';
import { withDatabase } from '../with-database';

/** Records a run in the ledger as evidence on the environment's versions. Throws ConfigError without MONGODB_URI, or the driver's error. */
export async function recordRun(
  run: ParityRun,
  io: Pick<CliIo, 'env' | 'now'>,
  database: DatabaseKind | undefined,
): Promise<void> {
  const { mongodbUri, versions } = readCutoverEnvironment(io.env);
  await withDatabase(mongodbUri, async (connect) => {
    const db = await connect();
    await createIndexes(db);
    await recordParityRun(db, run, { versions, database: database ?? (await databaseKind(db)), at: io.now() });
  });
}
