import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db, MongoClient } from 'mongodb';
import type { Logger } from '../../shared/logger';
import type { Rule } from '../../shared/parity/rules';
import type { ComparisonObservation, NoisePlace, RequestObservation, ShadowDropReason } from '../observation';
import { Answers } from './answers';
import type { Baseline } from '../statistics/baseline';
import { createIndexes, databaseKind, type DatabaseKind } from './collections';
import { clientKey, Clients, type SeenClient } from './clients';
import { ComparisonCounts } from './comparisons';
import { Drops } from './drops';
import { readEvidence, type EvidenceAbout, type RouteEvidence } from './evidence';
import { Mismatches } from './mismatches';
import { frozenBaseline, noteStages, type ListedRoute } from './routes';
import { readHistory, STAGES_COLLECTION, type StageDocument, type StageEntry, type Versions } from '../history/stages';
import { Traffic } from './traffic';
import { writeDocuments, type OwnDocument } from './writer';

/** What the migration remembers. Writing costs no I/O, never throws and is bounded; reading rejects with the driver's error. */
export interface Ledger {
  recordStage(entry: StageEntry): void;
  /** Without a client it counts for what was covered, not for promotions. */
  recordComparison(observation: ComparisonObservation, client?: SeenClient): void;
  recordTraffic(observation: RequestObservation): void;
  /** A copy for shadow that was not compared. */
  recordDrop(routeId: string, reason: ShadowDropReason, noise: readonly NoisePlace[], client?: SeenClient): void;
  /** Says which stages this proxy serves, at start and after each reload: changes enter the history. */
  seeRoutes(routes: readonly ListedRoute[]): void;
  /** Of a moved route; frozen at the first call. undefined while legacy has answered too little. */
  baseline(routeId: string): Promise<Baseline | undefined>;
  routeEvidence(route: EvidenceAbout['route']): Promise<RouteEvidence>;
  history(routeId: string): Promise<readonly StageDocument[]>;
  /** Writes now. @returns false while MongoDB is unavailable */
  flush(): Promise<boolean>;
  close(): Promise<void>;
}

export interface LedgerOptions {
  readonly db: () => Promise<Db>;
  readonly versions: Versions;
  /** What the evidence is gathered on; default: what `db` says that it is. */
  readonly database?: DatabaseKind;
  /** What may differ, of all routes: mismatches that they name by now do not count. */
  readonly rules?: readonly Rule[];
  /** ms between batches; default 1 s. */
  readonly flushInterval?: number;
  readonly now?: () => Date;
}

const MAX_STAGE_ENTRIES = 1_000;

/** Opens the ledger of one process. Nothing is asked of MongoDB before the first batch. */
export function openLedger(options: LedgerOptions, logger: Logger): Ledger {
  const { db: connect, versions, rules = [], flushInterval = 1_000, now = () => new Date() } = options;
  const instance = randomUUID();
  const comparisons = new ComparisonCounts();
  const mismatches = new Mismatches();
  const traffic = new Traffic();
  const answers = new Answers();
  const drops = new Drops();
  const clients = new Clients();
  const totals = [comparisons, mismatches, traffic, answers, drops, clients];
  const stageEntries = new Map<string, Omit<StageEntry, 'id'>>();
  let stageOf: ReadonlyMap<string, ListedRoute['stage']> = new Map();
  let listed: readonly ListedRoute[] | undefined;
  let prepared: { readonly client: MongoClient; readonly database: DatabaseKind } | undefined;
  let isAway = false;
  let turn: Promise<unknown> = Promise.resolve();

  const prepare = async (): Promise<DatabaseKind> => {
    const db = await connect();
    // A client makes a new `Db` each time it is asked for one.
    if (prepared?.client !== db.client) {
      await createIndexes(db);
      clients.key = await clientKey(db);
      prepared = { client: db.client, database: options.database ?? (await databaseKind(db)) };
    }
    return prepared.database;
  };

  const addStage = ({ id = randomUUID(), ...entry }: StageEntry): void => {
    if (stageEntries.size < MAX_STAGE_ENTRIES) stageEntries.set(id, entry);
    else logger.error({ routeId: entry.routeId, action: entry.action }, 'history is full; a change was dropped');
  };

  const writeStages = async (db: Db): Promise<void> => {
    if (listed !== undefined) {
      const seen = listed;
      for (const change of await noteStages(db, seen, now())) addStage(change);
      if (listed === seen) listed = undefined;
    }
    const entries = [...stageEntries];
    await writeDocuments(
      db,
      entries.map(([_id, entry]) => toDocument(_id, entry, versions)),
    );
    for (const [id] of entries) stageEntries.delete(id);
  };

  const write = async (): Promise<boolean> => {
    try {
      const db = await connect();
      const database = await prepare();
      await writeStages(db);
      const origin = { instance, versions, database };
      await writeDocuments(
        db,
        totals.flatMap((counts) => counts.take(origin)),
      );
      traffic.written(now().getTime());
      if (isAway)
        logger.info({ droppedMinutes: traffic.dropped }, 'ledger: MongoDB is available again; everything is written');
      isAway = false;
      return true;
    } catch (error) {
      // Totals are written again as a whole: what had reached MongoDB before the fault is simply replaced.
      for (const counts of totals) counts.restore();
      if (!isAway) logger.warn({ err: error }, 'ledger: MongoDB is unavailable; evidence is kept until it returns');
      isAway = true;
      return false;
    }
  };

  const flush = (): Promise<boolean> => {
    const written = turn.then(write);
    turn = written;
    return written;
  };

  const stopping = new AbortController();
  const loop = (async () => {
    const paused = () => delay(flushInterval, true, { signal: stopping.signal }).catch(() => false);
    while (await paused()) await flush();
  })();

  return {
    recordStage: addStage,
    recordComparison(observation, client) {
      comparisons.record(observation);
      if (!observation.equal) mismatches.record(observation);
      if (client !== undefined) clients.recordComparison(observation, client);
    },
    recordTraffic(observation) {
      traffic.record(observation);
      answers.record(observation, stageOf.get(observation.routeId));
    },
    recordDrop(routeId, reason, noise, client) {
      const at = now().getTime();
      drops.record(routeId, reason, noise, at);
      if (client !== undefined) clients.recordDrop(routeId, reason, client, at);
    },
    seeRoutes(routes) {
      listed = routes;
      stageOf = new Map(routes.map(({ id, stage }) => [id, stage]));
    },
    baseline: async (routeId) => frozenBaseline(await connect(), routeId, now()),
    routeEvidence: async (route) =>
      readEvidence(await connect(), { route, versions, rules, development: false, now: now() }),
    history: async (routeId) => readHistory(await connect(), routeId),
    flush,
    async close() {
      stopping.abort();
      await loop;
      await flush();
    },
  };
}

/** An entry that is there already stays as it is. */
function toDocument(_id: string, entry: Omit<StageEntry, 'id'>, versions: Versions): OwnDocument {
  return { collection: STAGES_COLLECTION, _id, fields: {}, once: { ...entry, versions } };
}
