import { existsSync } from 'node:fs';
import path from 'node:path';
import { MongoClient, type Db } from 'mongodb';
import type { BanyanConfig } from '../../shared/config';
import type { Environment } from '../../shared/env';
import { BanyanError, ConfigError } from '../../shared/errors';
import { loadModule } from '../../shared/config/load-module';
import type { Place } from '../../shared/config/places';
import { collectionOf } from '../../shared/session/session-config';
import type { CaseSuite } from '../../shared/parity/case';
import type { NotRun, ReportedSide } from '../../shared/parity/result';
import type { StartedSides, StartSides } from '../../shared/parity/sides';
import { databaseKind, type DatabaseKind } from '../ledger/collections';
import { startCandidateProxy } from './candidate-proxy';
import { copyDatabase, DataCopy, stopExpiry } from './data-copy';
import { logIn } from './identities';
import type { Side } from './observe';
import { loadSample, type Sample } from './sample/sample-file';
import { redactionOf } from './reported';
import { oddDocuments, type OddDocuments } from './odd-documents';
import { oddSessions } from './odd-sessions';
import type { RunOptions } from './run';
import { send } from './send';
import { makeWorld, worldCredentials, type World } from './world';

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
  /** Of a user's data, added to both sides' where they are started here. */
  readonly sample?: Sample;
  /** Both sides the monolith: to learn what differs by itself. */
  readonly twice?: boolean;
  /** Odd documents: for which routes, how many for each, and which. Default: none. */
  readonly oddDocuments?: { readonly suites: readonly CaseSuite[]; readonly each: number; readonly seed: number };
}

export interface ReadySides {
  readonly context: RunOptions['context'];
  readonly sides: { readonly control: ReportedSide; readonly candidate: ReportedSide };
  /** Who asks besides the configured identities; none where the sides were not started here. */
  readonly world?: World;
  /** Cases about odd sessions and documents, where the sides were started here. */
  readonly odd?: OddDocuments;
  /** Of the sample, what the database does not take. */
  readonly notRun?: readonly NotRun[];
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

type Prepared = Omit<ReadySides, 'close'>;

async function running(
  { banyan, control, candidate, direct, routes, twice = false }: SidesOptions,
  _suites: readonly CaseSuite[],
  stops: (() => Promise<unknown>)[],
): Promise<Prepared> {
  const credentials = await logIn(banyan, control.href);
  const common = { control: { name: 'legacy', url: control.href }, credentials, redaction: redactionOf(banyan) };
  if (twice) return withCandidate(common, { name: 'legacy again', url: control.href });
  const side = { name: 'candidate', url: candidate.href };
  if (direct) return withCandidate(common, side);
  // Behind the proxy a gateway that is not there would look like one that fails.
  await send(candidate.href, { method: 'GET', path: '/', headers: [] });
  return behindProxy(common, side, { banyan, legacyUrl: control.href, routes }, stops);
}

async function isolated(
  options: SidesOptions,
  suites: readonly CaseSuite[],
  stops: (() => Promise<unknown>)[],
): Promise<Prepared> {
  const run = `${process.pid}_${Date.now().toString(36)}`;
  const started = await loadStarter(options.system)({ run, env: options.env });
  stops.push(() => started.close());
  // All that is in them is written over.
  for (const [side, { mongodbUri }] of Object.entries({ control: started.control, candidate: started.candidate }))
    if (!new URL(mongodbUri).pathname.includes(run))
      throw new BanyanError(
        `${options.system.path}: the ${side}'s database is not of this run; its name must contain the word that is given as "run"`,
        { code: 'database_of_others' },
      );
  return withStarted(started, options, suites, stops);
}

/** Gets sides ready that are started already: equal data on both, every identity logged in, a proxy in front. */
export async function withStarted(
  started: StartedSides,
  {
    banyan,
    direct,
    routes,
    twice = false,
    sample = new Map(),
    oddDocuments: wanted,
  }: Pick<SidesOptions, 'banyan' | 'direct' | 'routes' | 'twice' | 'sample' | 'oddDocuments'>,
  suites: readonly CaseSuite[],
  stops: (() => Promise<unknown>)[],
): Promise<Prepared> {
  const client = await MongoClient.connect(started.control.mongodbUri);
  stops.push(() => client.close());
  const databaseOf = (uri: string): Db => client.db(new URL(uri).pathname.slice(1));
  const [controlDb, candidateDb] = [databaseOf(started.control.mongodbUri), databaseOf(started.candidate.mongodbUri)];
  for (const prepare of new Set(suites.map((suite) => suite.prepare))) await prepare?.(controlDb);
  const notRun = await loadSample(controlDb, sample);
  // Sessions are copied too: one credential is good on both sides.
  const own = await logIn(banyan, started.control.url);
  // Data must not change by itself, and expired sessions are wanted.
  for (const db of [controlDb, candidateDb]) await stopExpiry(db);
  const { secrets } = started;
  const sessions = collectionOf(banyan.session.store);
  const now = new Date();
  const world: World =
    secrets === undefined ? new Map() : await makeWorld({ banyan, db: controlDb, secrets, credentials: own, now });
  const odd =
    wanted === undefined
      ? { cases: [], known: 0 }
      : await oddDocuments(wanted.suites, {
          ...{ url: started.control.url, db: controlDb, credentials: own, sample, except: new Set([sessions]) },
          outside: started.control,
          ...wanted,
        });
  const ofSessions =
    wanted === undefined
      ? []
      : await oddSessions(wanted.suites, {
          ...{ db: controlDb, collection: sessions, credentials: own },
          isKnown: async (session) => {
            try {
              return (await banyan.identity.fromSession(session, () => Promise.resolve(controlDb))) !== undefined;
            } catch {
              return false;
            }
          },
        });
  const all = { cases: [...ofSessions, ...odd.cases], known: odd.known + ofSessions.length };
  const credentials = new Map([...own, ...worldCredentials(world)]);
  await copyDatabase(controlDb, candidateDb);
  const controlData = await DataCopy.of(controlDb, started.control);
  const control = { name: 'legacy', url: started.control.url, data: controlData };
  const common = {
    ...{ control, credentials, knownValues: controlData.knownValues(), redaction: redactionOf(banyan) },
    sessions,
  };
  const data = await DataCopy.of(candidateDb, started.candidate);
  const database = await databaseKind(controlDb);
  const { url, legacyUrl } = started.candidate;
  if (twice) return { ...withCandidate(common, { name: 'legacy again', url: legacyUrl, data }), database };
  const side = { name: 'gateway', url, data };
  if (direct) return { ...withCandidate(common, side), database, world, odd: all, notRun };
  return {
    ...(await behindProxy(common, side, { banyan, legacyUrl, routes }, stops)),
    database,
    world,
    odd: all,
    notRun,
  };
}

type Common = Omit<RunOptions['context'], 'candidate' | 'proxy'>;

const withCandidate = (common: Common, candidate: Side): Prepared => ({
  context: { ...common, candidate },
  sides: { control: reported(common.control), candidate: reported(candidate) },
});

const reported = ({ name, url }: Side): ReportedSide => ({ name, url });

/** As clients will meet the candidate: behind a proxy of the run's own, with every route on lambda. */
async function behindProxy(
  common: Common,
  { url, ...side }: Side,
  options: Pick<Parameters<typeof startCandidateProxy>[0], 'banyan' | 'legacyUrl' | 'routes'>,
  stops: (() => Promise<unknown>)[],
): Promise<Prepared> {
  const proxy = await startCandidateProxy({ ...options, lambdaUrl: url, stage: 'lambda' });
  stops.push(() => proxy.close());
  const name = 'a proxy with every route on lambda';
  return {
    context: { ...common, candidate: { ...side, name, url: proxy.url }, proxy },
    sides: { control: reported(common.control), candidate: { name: `${name}, in front of the gateway`, url } },
  };
}

/** The default export of `parity.system`. Throws BanyanError or ConfigError where there is none. */
export function loadStarter({ path: system, isDefault }: Place): StartSides {
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
