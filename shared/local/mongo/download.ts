import { BanyanError } from '../../errors';

/** Path of a mongod that mongodb-memory-server-core downloads once. Throws BanyanError when there is none, offline above all. */
export async function downloadMongod(): Promise<string> {
  try {
    // Loaded only here: it is heavy, and most starts do without.
    const { MongoBinary } = await import('mongodb-memory-server-core');
    return await MongoBinary.getPath();
  } catch (error) {
    const [reason = 'unknown reason'] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new BanyanError(
      `MONGOD_DOWNLOAD=1: no mongod could be downloaded (${reason}); unset it to use the embedded MongoDB, or set MONGODB_URI`,
      { code: 'mongod_download_failed', cause: error },
    );
  }
}
