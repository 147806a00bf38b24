import { createHeart } from '../../../../proxy/fleet/beat';
import { readProxies } from '../../../../proxy/fleet/heartbeat';
import { watchOverrides } from '../../../../proxy/overrides/watch';
import { connectMongo } from '../../../../shared/mongo';
import { capturedLogger } from '../../../support/captured-logger';
import { waitFor } from '../../../support/wait-for';

export interface Follower {
  /** Lets it follow no longer, without a word, as a process that is stopped. */
  stop(): Promise<void>;
  /** Ends it in order. */
  close(): Promise<void>;
}

/** What of a proxy follows the overrides and says so, without the proxy; resolves when its first heartbeat is written. */
export async function startFollower(
  uri: string,
  name: string,
  { port = 8080, interval = 100 }: { readonly port?: number; readonly interval?: number } = {},
): Promise<Follower> {
  const connection = connectMongo(uri);
  const db = () => connection.db();
  const logger = capturedLogger();
  const builds = { legacy: '1', lambda: '2' };
  const heart = createHeart({ db, name, builds, routes: () => 'a-digest', interval }, logger);
  const overrides = await watchOverrides(
    {
      ...{ db, snapshotFile: undefined, killSwitchFile: undefined, pollInterval: 20 },
      onFollowed: (revision) => heart.follow(revision),
    },
    logger,
  );
  heart.start(port);
  const seen = async () => (await readProxies(await db())).some((proxy) => proxy.name === name && proxy.port === port);
  await waitFor('the first heartbeat', seen);
  let isStopped = false;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    if (!isStopped) await overrides.close();
    await heart.close();
    await connection.close();
  };
  return {
    async stop() {
      isStopped = true;
      await overrides.close();
    },
    close: () => (closing ??= close()),
  };
}
