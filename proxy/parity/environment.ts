import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { MongoClient, type Db } from 'mongodb';
import type { BanyanConfig } from '../../shared/config';
import type { Environment } from '../../shared/env';
import { BanyanError, ConfigError } from '../../shared/errors';
import { loadModule } from '../../shared/config/load-module';
import type { Place } from '../../shared/config/places';
import type { CaseSuite } from '../../shared/parity/case';
import type { ReportedSide } from '../../shared/parity/result';
import type { StartedSides, StartSides } from '../../shared/parity/sides';
import { databaseKind, type DatabaseKind } from '../ledger/collections';
import { startCandidateProxy } from './candidate-proxy';
import { copyDatabase, DataCopy } from './data-copy';
import { logIn } from './identities';
import { redactionOf } from './reported';
import type { RunOptions } from './run';
import { send } from './send';

export interface SidesOptions {
  readonly banyan: BanyanConfig;
  /** The module that starts both sides. */
  readonly system: Place;
  readonly env: Environment;
  readonly control: URL;
  readonly candidate: URL;
  /** Compare with the candidate itself rather than through a proxy with every route on Lambda. */
  readonly direct: boolean;
  /** Start both sides by `system`, each on data of its own. */
  readonly isolated: boolean;
  readonly routes: string;
  /** Both sides the monolith: to learn what differs by itself. */
  readonly twice?: boolean;
}

export interface ReadySides {
  readonly context: RunOptions['context'];
  readonly sides: { readonly control: ReportedSide; readonly candidate: ReportedSide };
  /** What both sides' data are in, where they were started here; undefined: unknown. */
  readonly database?: DatabaseKind;
  close(): Promise<void>;
}

/** Starts both sides if asked, prepares the data of `suites` there, logs every identity in, puts a proxy in front of the candidate. */
export async function prepareSides(options: SidesOptions, suites: readonly CaseSuite[]): Promise<ReadySides> {
  const stops: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    return { ...(await (options.isolated ? isolated : running)(options, suites, stops)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function running(
  { banyan, control, candidate, direct, routes, twice = false }: SidesOptions,
  _suites: readonly CaseSuite[],
  stops: (() => Promise<unknown>)[],
): Promise<Omit<ReadySides, 'close'>> {
  const [controlUrl, candidateUrl] = [control.href, twice ? control.href : candidate.href];
  const credentials = await logIn(banyan, controlUrl);
  const common = { control: { name: 'legacy', url: controlUrl }, credentials, redaction: redactionOf(banyan) };
  if (direct || twice) {
    const side = { name: twice ? 'legacy again' : 'candidate', url: candidateUrl };
    return { context: { ...common, candidate: side }, sides: { control: common.control, candidate: side } };
  }
  // Behind the proxy nothing would tell a gateway that is not there from one that fails.
  await send(candidateUrl, { method: 'GET', path: '/', headers: [] });
  const proxy = await startCandidateProxy({
    banyan,
    legacyUrl: controlUrl,
    lambdaUrl: candidateUrl,
    routes,
    stage: 'lambda',
  });
  stops.push(() => proxy.close());
  const name = 'a proxy with every route on lambda';
  return {
    context: { ...common, candidate: { name, url: proxy.url }, proxy },
    sides: { control: common.control, candidate: { name: `${name}, in front of the gateway`, url: candidateUrl } },
  };
}

async function isolated(
  options: SidesOptions,
  suites: readonly CaseSuite[],
  stops: (() => Promise<unknown>)[],
): Promise<Omit<ReadySides, 'close'>> {
  const run = `${process.pid}_${Date.now().toString(36)}`;
  const started = await loadStarter(options.system)({ run, env: options.env });
  stops.push(() => started.close());
  return withStarted(started, options, suites, stops);
}

/** Gets sides ready that are started already: equal data on both, everybody logged in, a proxy in front. */
export async function withStarted(
  started: StartedSides,
  { banyan, direct, routes, twice = false }: Pick<SidesOptions, 'banyan' | 'direct' | 'routes' | 'twice'>,
  suites: readonly CaseSuite[],
  stops: (() => Promise<unknown>)[],
): Promise<Omit<ReadySides, 'close'>> {
  const client = await MongoClient.connect(started.control.mongodbUri);
  stops.push(() => client.close());
  const databaseOf = (uri: string): Db => client.db(new URL(uri).pathname.slice(1));
  const [controlDb, candidateDb] = [databaseOf(started.control.mongodbUri), databaseOf(started.candidate.mongodbUri)];
  for (const prepare of new Set(suites.map((suite) => suite.prepare))) await prepare?.(controlDb);
  // Sessions are copied too: one credential is good on both sides.
  const credentials = await logIn(banyan, started.control.url);
  await copyDatabase(controlDb, candidateDb);
  const controlData = await DataCopy.of(controlDb, started.control.takeMessages);
  const control = { name: 'legacy', url: started.control.url, data: controlData };
  const common = { control, credentials, knownValues: controlData.knownValues(), redaction: redactionOf(banyan) };
  const data = await DataCopy.of(candidateDb, started.candidate.takeMessages);
  const reported = { control: { name: control.name, url: control.url } };
  const database = await databaseKind(controlDb);
  if (twice || direct) {
    const side = twice
      ? { name: 'legacy again', url: started.candidate.legacyUrl, data }
      : { name: 'gateway', url: started.candidate.url, data };
    return {
      context: { ...common, candidate: side },
      sides: { ...reported, candidate: { name: side.name, url: side.url } },
      database,
    };
  }
  const proxy = await candidateProxy(banyan, started, routes);
  stops.push(() => proxy.close());
  const name = 'a proxy with every route on lambda';
  return {
    context: { ...common, candidate: { name, url: proxy.url, data }, proxy },
    sides: { ...reported, candidate: { name: `${name}, in front of the gateway`, url: started.candidate.url } },
    database,
  };
}

function candidateProxy(
  banyan: BanyanConfig,
  { candidate }: StartedSides,
  routes: string,
): ReturnType<typeof startCandidateProxy> {
  return startCandidateProxy({
    banyan,
    legacyUrl: candidate.legacyUrl,
    lambdaUrl: candidate.url,
    routes,
    stage: 'lambda',
  });
}

function loadStarter({ path: system, isDefault }: Place): StartSides {
  const file = path.resolve(system);
  if (!existsSync(file)) {
    const fault = `parity.system: ${system} does not exist`;
    const needed = `parity.system: is missing, and there is no ${system}; --isolated needs a module that starts both sides`;
    throw new ConfigError('banyan.config.ts', [isDefault ? needed : fault]);
  }
  const exports = loadModule(file);
  const starter = typeof exports === 'object' && exports !== null && 'default' in exports ? exports.default : undefined;
  if (!isStarter(starter))
    throw new ConfigError('banyan.config.ts', [`parity.system: ${system} has no default export that is a function`]);
  return starter;
}

function isStarter(value: unknown): value is StartSides {
  return typeof value === 'function';
}

/** @throws BanyanError when the file cannot be read, saying what it is for */
export function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new BanyanError(`${what}: ${file} cannot be read; check the path`, { code: 'file_unreadable', cause: error });
  }
}
