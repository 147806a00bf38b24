import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app';
import { createAuthentication } from './auth/authentication';
import { createUserStore } from './auth/store';
import { loadConfig, type LegacyConfig } from './config';
import { connectDatabase, ensureIndexes, type Database } from './database';
import { createLogger, type Logger } from './logging';
import { NotificationFeed } from './notifications/feed';
import { createNotificationStore } from './notifications/store';
import { attachWebSocket } from './notifications/websocket';
import { startReportWork } from './reports/background';
import type { ReportQueue } from './reports/queue';
import { createSqsReportQueue } from './reports/sqs-queue';
import { createSessionStore } from './session';

/** Longer than the idle time of load balancers (60 s), or they would meet connections that are just being closed. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How long requests may take to finish once the server is closing. */
const DRAIN_MS = 10_000;

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Stops accepting and waiting for jobs, ends streams and WebSockets, lets requests and jobs finish, disconnects. */
  close(): Promise<void>;
}

interface ServerOptions {
  readonly logger?: Logger;
  /** What time it is for the data that routes read and write. Sessions and limits go by the real time. */
  readonly clock?: () => Date;
  /** Default: the one that the configuration names, if any. */
  readonly reportQueue?: ReportQueue | undefined;
}

/**
 * Connects to MongoDB, creates the indexes that are missing (unless configured not to) and listens.
 *
 * @throws the driver's error if MongoDB cannot be reached, or Node's (`EADDRINUSE`) if it cannot listen; nothing stays open
 */
export async function startServer(
  config: LegacyConfig,
  {
    logger = createLogger(config),
    clock = () => new Date(),
    reportQueue = config.reportQueue && createSqsReportQueue(config.reportQueue),
  }: ServerOptions = {},
): Promise<RunningServer> {
  const database = await connectDatabase(config.mongodbUri);
  try {
    return await serve(config, database, { logger, clock, reportQueue });
  } catch (error) {
    await database.client.close();
    throw error;
  }
}

async function serve(
  config: LegacyConfig,
  { client, db }: Database,
  { logger, clock, reportQueue }: Required<ServerOptions>,
): Promise<RunningServer> {
  if (config.createIndexes) await ensureIndexes(db);
  const sessionStore = createSessionStore(db, config);
  await sessionStore.collectionP;
  const authentication = createAuthentication(config, sessionStore, createUserStore(db));
  const feed = new NotificationFeed({
    notifications: createNotificationStore(db),
    pollMs: config.notificationPollMs,
    logger,
  });
  const app = createApp({ db, config, logger, clock, authentication, feed, reportQueue });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, app);
  const closeWebSockets = attachWebSocket({
    server,
    authentication: authentication.middleware,
    feed,
    config,
  });
  const { port } = await listen(server, config);
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  const stopReportWork = reportQueue && startReportWork({ db, queue: reportQueue, config, clock, logger });
  logger.info({ url }, 'listening');

  const close = async () => {
    const drained = drain(server);
    feed.close();
    await Promise.all([drained, closeWebSockets(), stopReportWork?.()]);
    reportQueue?.close();
    await client.close();
  };
  let closing: Promise<void> | undefined;
  return { url, port, close: () => (closing ??= close()) };
}

function listen(server: Server, { host, port }: LegacyConfig): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The server has no TCP address'));
      else resolve(address);
    });
  });
}

/** Resolves when the last connection is gone. Kept-alive ones are closed as soon as they are idle. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, 50);
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, DRAIN_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger(config);
  const starting = startServer(config, { logger });
  const stop = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    starting
      .then((server) => server.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ err: error }, 'could not stop cleanly');
          process.exit(1);
        },
      );
  };
  // Before it listens: a signal may come at any time.
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await starting;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`eventsapp cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
