import type { EmbeddedMongo, EmbeddedOptions, FaultInjector } from 'banyan-embedded-mongo';
import type { Environment } from '../../env';
import { BanyanError } from '../../errors';
import type { Logger } from '../../logger';
import { loadOptional } from '../../optional-package';
import { parseConnectionString } from './connection-string';
import { downloadMongod } from './download';
import { findMongod, startMongod } from './mongod';
import { ping } from './reachable';

export { uriOfDatabase } from './connection-string';
/** @internal */
export type { CommandEvent, EmbeddedMongo, FaultInjector } from 'banyan-embedded-mongo';

export interface StartMongoOptions {
  /** Read here: MONGODB_URI, PATH, MONGOD_DOWNLOAD. `process.env` fits. */
  readonly env: Environment;
  /** MONGODB_URI is from `.env`, for messages. */
  readonly isFromDotenv?: boolean;
  /** Named in the URI when MONGODB_URI names none. */
  readonly databaseName?: string;
  /** Of what is started here; default: a free one. */
  readonly port?: number | undefined;
  readonly logger?: Logger;
}

/** A MongoDB to work with. */
export interface LocalMongo {
  readonly uri: string;
  /** `test`: a test's own, on a server that it was given. */
  readonly chosen: 'MONGODB_URI' | 'mongod' | 'download' | 'embedded' | 'test';
  /** One sentence for the person who started it. */
  readonly why: string;
  /** Ends what was started, and removes its data. A database named by MONGODB_URI is left alone. */
  stop(): Promise<void>;
  /** Resolves when what was started has ended, with how; absent where it ends with this process. */
  readonly ended?: Promise<string>;
  /** For this project's own tests. @internal */
  readonly faults?: FaultInjector;
  /** To count commands with. @internal */
  readonly embedded?: EmbeddedMongo;
}

const REACHABLE_MILLISECONDS = 3_000;

/** `MONGODB_URI`, a `mongod` on PATH, a downloaded one (`MONGOD_DOWNLOAD=1`), else the embedded one. Throws BanyanError for one that fails. */
export async function startMongo({
  env,
  isFromDotenv = false,
  databaseName = 'banyan',
  port: wanted = 0,
  logger,
}: StartMongoOptions): Promise<LocalMongo> {
  const given = env['MONGODB_URI'];
  if (given !== undefined && given !== '') return useGiven(given, { databaseName, isFromDotenv });

  const onPath = findMongod(env['PATH']);
  if (onPath !== undefined || env['MONGOD_DOWNLOAD'] === '1') {
    const { port, stop, ended } = await startMongod(onPath ?? (await downloadMongod()), wanted);
    return {
      uri: localUri(port, databaseName),
      chosen: onPath === undefined ? 'download' : 'mongod',
      why: `${onPath === undefined ? 'MONGOD_DOWNLOAD=1' : `${onPath} is on PATH`}; its data are temporary`,
      ...{ stop, ended },
    };
  }
  const embedded = await startEmbedded({ port: wanted, ...(logger !== undefined && { logger }) });
  return {
    uri: localUri(embedded.port, databaseName),
    chosen: 'embedded',
    why: 'neither MONGODB_URI nor a mongod on PATH; in memory, for development and tests only (MONGOD_DOWNLOAD=1 fetches a real one)',
    stop: () => embedded.stop(),
    faults: embedded.faults,
    embedded,
  };
}

/** Starts the embedded one, a package for development. Throws BanyanError when it is not installed. @internal */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedMongo> {
  const loaded = await loadOptional(
    {
      name: 'banyan-embedded-mongo',
      neededBy: 'MONGODB_URI is not set and no mongod is on PATH: the embedded MongoDB',
      development: true,
    },
    async () => import('banyan-embedded-mongo'),
  );
  return loaded.startEmbedded(options);
}

const localUri = (port: number, databaseName: string): string => `mongodb://127.0.0.1:${port}/${databaseName}`;

async function useGiven(
  given: string,
  { databaseName, isFromDotenv }: Required<Pick<StartMongoOptions, 'databaseName' | 'isFromDotenv'>>,
): Promise<LocalMongo> {
  const remedy = isFromDotenv
    ? 'or run "MONGODB_URI= npx banyan dev" to use a local MongoDB'
    : 'or unset MONGODB_URI to use a local MongoDB';
  const place = isFromDotenv ? 'MONGODB_URI (from .env)' : 'MONGODB_URI';
  const { hosts, uriWithDatabase } = parseConnectionString(given, databaseName);
  try {
    await ping(uriWithDatabase, REACHABLE_MILLISECONDS);
  } catch (error) {
    throw new BanyanError(`${place}: ${problemOf(hosts, error)}, ${remedy}`, { code: 'mongodb_unreachable' });
  }
  return {
    uri: uriWithDatabase,
    chosen: 'MONGODB_URI',
    why: `${place} is set (${hosts})`,
    stop: () => Promise.resolve(),
  };
}

/** The driver's own message may repeat the URI with its password, so neither it nor its error goes on; the error's class does. */
function problemOf(hosts: string, error: unknown): string {
  const name = error instanceof Error ? error.name : 'error';
  // Of these messages the names of options are all; leftovers of older drivers such as useNewUrlParser.
  const unknown = /^(options? [\w, ]+) (?:is|are) not supported$/.exec(
    error instanceof Error ? error.message : '',
  )?.[1];
  return name === 'MongoServerError'
    ? `${hosts} refused the connection; check user and password`
    : name === 'MongoServerSelectionError' || name === 'MongoNetworkError'
      ? `no MongoDB answers at ${hosts} within ${REACHABLE_MILLISECONDS / 1000} s; start it or correct the host`
      : unknown !== undefined
        ? `the driver (version 7) does not know ${unknown}, in the URI of ${hosts}; remove it`
        : `cannot be used for ${hosts} (${name}); correct it`;
}
