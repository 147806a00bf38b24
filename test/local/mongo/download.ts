import { BanyanError } from '../../../shared/errors';

/** Starts a mongod that mongodb-memory-server-core downloads once and keeps. */
export async function startDownloaded(
  databaseName: string,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  // Loaded only here: it is heavy, and most starts do without.
  const { MongoMemoryServer } = await import('mongodb-memory-server-core');
  try {
    const server = await MongoMemoryServer.create({ instance: { ip: '127.0.0.1', dbName: databaseName } });
    return {
      port: server.instanceInfo?.port ?? Number(new URL(server.getUri()).port),
      stop: async () => {
        await server.stop({ doCleanup: true, force: true });
      },
    };
  } catch (error) {
    const [reason = 'unknown reason'] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new BanyanError(
      `MONGOD_DOWNLOAD=1: no mongod could be downloaded or started (${reason}); unset it to use the embedded MongoDB, or set MONGODB_URI`,
      { code: 'mongod_download_failed', cause: error },
    );
  }
}
