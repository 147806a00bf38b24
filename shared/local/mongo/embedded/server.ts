import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createCommandRunner, type CommandEvent } from './commands/runner';
import { serveConnection, type Outcome } from './connection';
import { Cursors } from './cursors';
import { FaultRules, type FaultInjector } from './faults';
import { Databases } from './storage/databases';
import { removeExpired } from './storage/ttl-monitor';

type Log = (fields: object, message: string) => void;

/** How the server is started. */
export interface EmbeddedOptions {
  /** 0 (default) takes a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly logger?: { readonly warn: Log; readonly error: Log };
  /** MongoDB looks for expired documents every minute. */
  readonly ttlInterval?: number;
}

/** Far above what pools of drivers open, and a bound all the same. */
const MOST_CONNECTIONS = 2_000;

/** A running embedded server. */
export interface EmbeddedMongo {
  readonly host: string;
  readonly port: number;
  readonly faults: FaultInjector;
  /** How often each command has arrived since the start or the last reset; greetings of drivers included. */
  commandCounts(): Readonly<Record<string, number>>;
  resetCommandCounts(): void;
  /** Calls back before each command runs; returns how to stop that. */
  onCommand(listener: (event: CommandEvent) => void): () => void;
  /** What the monitor does by itself once a minute. @returns how many documents have been removed */
  removeExpired(): number;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
}

/**
 * Starts a MongoDB server in this process: the wire protocol over TCP, everything in memory (see ../README.md).
 *
 * @throws the system's error when the port cannot be had
 */
export async function startEmbedded({
  port = 0,
  host = '127.0.0.1',
  logger,
  ttlInterval = 60_000,
}: EmbeddedOptions = {}): Promise<EmbeddedMongo> {
  const databases = new Databases();
  const rules = new FaultRules();
  const counts = new Map<string, number>();
  const listeners = new Set<(event: CommandEvent) => void>();
  const sockets = new Set<Socket>();
  let connections = 0;

  const run = createCommandRunner({
    databases,
    cursors: new Cursors(),
    rules,
    observe(event) {
      counts.set(event.command, (counts.get(event.command) ?? 0) + 1);
      for (const listener of listeners) listener(event);
    },
    onDefect: (error) => logger?.error({ err: error }, 'embedded MongoDB: a command failed by a defect of this server'),
  });

  const server = createServer((socket) => {
    const connectionId = ++connections;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, {
      respond: (request): Promise<Outcome> => run(request, connectionId),
      onProtocolError: (error) =>
        logger?.warn({ err: error }, 'embedded MongoDB: closed a connection that broke the protocol'),
    });
  });

  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    dropConnections();
    await closed;
  };
  const up = async () => {
    if (!server.listening) await listen(server, address.port, host);
  };
  const ttl = setInterval(() => removeExpired(databases, new Date()), ttlInterval).unref();

  return {
    host,
    port: address.port,
    faults: {
      down: close,
      up,
      dropConnections,
      delay: (milliseconds, match = {}) => rules.add({ match, delay: milliseconds }),
      fail: (failure) => rules.add({ match: failure, failure }),
      async clear() {
        rules.clear();
        await up();
      },
    },
    commandCounts: () => Object.fromEntries(counts),
    resetCommandCounts: () => counts.clear(),
    onCommand(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    removeExpired: () => removeExpired(databases, new Date()),
    async stop() {
      clearInterval(ttl);
      rules.clear();
      await close();
    },
  };
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
