import type { Db, Document, Filter } from 'mongodb';
import type { z } from 'zod';
import { rulesOfRoute, type Rule } from '../../shared/parity/rules';
import type { ComparisonObservation } from '../observation';
import type { Stage } from '../route-table/schema';
import {
  ANSWERS_COLLECTION,
  CLIENTS_COLLECTION,
  COMPARISONS_COLLECTION,
  COVERAGE_COLLECTION,
  DROPS_COLLECTION,
  MISMATCHES_COLLECTION,
  SUITES_COLLECTION,
  type DatabaseKind,
} from './collections';
import { judgeClients, type ClientEvidence } from './client-evidence';
import type { Tally } from './comparisons';
import type { CountedNoise, DropCount } from './drops';
import {
  answerSchema,
  clientSchema,
  comparisonSchema,
  coverageSchema,
  DocumentReader,
  dropSchema,
  mismatchSchema,
  suiteSchema,
  type UnreadableDocument,
} from './documents';
import type { Versions } from '../history/stages';
import type { SuiteDocument } from './suites';

type Source = ComparisonObservation['source'];
type ComparisonDocument = z.infer<typeof comparisonSchema>;
type DropDocument = z.infer<typeof dropSchema>;
export type MismatchDocument = z.infer<typeof mismatchSchema>;

/** Comparisons of one kind, gathered in one kind of database. */
export interface ComparisonSum {
  readonly source: Source;
  readonly database: DatabaseKind;
  readonly count: number;
  readonly different: number;
}

/** What clients were given of Lambda while the route was on a stage. */
export interface AnswerSum {
  readonly stage: Stage;
  readonly database: DatabaseKind;
  /** Lambda's answer went to the client. */
  readonly answered: number;
  /** Lambda was asked; it failed, or legacy had to answer. */
  readonly failed: number;
}

export interface RouteEvidence {
  readonly routeId: string;
  readonly versions: Versions;
  readonly comparisons: readonly ComparisonSum[];
  /** Who was compared: what promotions go by. */
  readonly clients: ClientEvidence;
  /** Of the latest replay of recordings: differences, which anyone can repeat. */
  readonly replayed: number;
  readonly coverage: {
    readonly statuses: readonly Tally<number>[];
    readonly identities: readonly Tally<string>[];
    readonly queryForms: readonly Tally<string>[];
  };
  /** Statuses that were equal at least once, by what the comparing was done on: the embedded MongoDB proves little. */
  readonly equalStatuses: readonly { readonly database: DatabaseKind; readonly status: number }[];
  /** The latest first, ten at most. */
  readonly mismatches: readonly MismatchDocument[];
  readonly answers: readonly AnswerSum[];
  readonly drops: readonly DropCount[];
  /** Why comparisons did not count lately: rules have not been added since, or have not reached the proxies. */
  readonly noise: readonly CountedNoise[];
  /** The latest on these versions. */
  readonly suite: SuiteDocument | undefined;
  /** Comparisons on other pairs of versions, which do not count. */
  readonly otherVersions: readonly (Versions & { readonly count: number })[];
  /** They count for nothing. */
  readonly unreadable: readonly UnreadableDocument[];
}

const LAST_MISMATCHES = 10;
/** Of clients, the latest. */
const MAX_READ = 10_000;
/** Proxies read evidence too: so many documents are no pause that a client notices. */
const BATCH = 250;

/** What evidence is asked of a ledger. */
export interface EvidenceAbout {
  readonly route: { readonly id: string; readonly method: string; readonly path: string };
  readonly versions: Versions;
  /** Those of the project, of all routes: mismatches that they name by now do not count. */
  readonly rules: readonly Rule[];
  /** Whether clients that were compared on the embedded MongoDB count. */
  readonly development: boolean;
  readonly now: Date;
}

/** Reads the evidence about a route. Bounded by the number of processes that have gathered any within 90 days, and by {@link MAX_READ}. */
export async function readEvidence(db: Db, about: EvidenceAbout): Promise<RouteEvidence> {
  const { route, versions } = about;
  const routeId = route.id;
  const onVersions = { routeId, 'versions.legacy': versions.legacy, 'versions.lambda': versions.lambda };
  const otherwise = [
    { mismatches: { $exists: false } },
    { 'versions.legacy': { $ne: versions.legacy } },
    { 'versions.lambda': { $ne: versions.lambda } },
  ];
  const reader = new DocumentReader();
  const read = async <T>(collection: string, schema: z.ZodType<T>, filter: Filter<Document>, latest?: Latest) => {
    const cursor = db.collection(collection).find(filter);
    if (latest !== undefined) cursor.sort({ [latest.by]: -1 }).limit(latest.limit);
    const found: T[] = [];
    for await (const document of cursor.batchSize(BATCH)) found.push(...reader.read(collection, schema, [document]));
    return found;
  };
  const [comparisons, coverage, mismatches, answers, drops, [suite], mismatching, otherClients] = await Promise.all([
    read(COMPARISONS_COLLECTION, comparisonSchema, { routeId }),
    read(COVERAGE_COLLECTION, coverageSchema, onVersions),
    read(MISMATCHES_COLLECTION, mismatchSchema, onVersions, { by: 'lastAt', limit: LAST_MISMATCHES }),
    read(ANSWERS_COLLECTION, answerSchema, onVersions),
    read(DROPS_COLLECTION, dropSchema, onVersions),
    read(SUITES_COLLECTION, suiteSchema, onVersions, { by: 'at', limit: 1 }),
    // However long ago: no other client makes up for it.
    read(CLIENTS_COLLECTION, clientSchema, { ...onVersions, mismatches: { $exists: true } }),
    read(CLIENTS_COLLECTION, clientSchema, { routeId, $or: otherwise }, { by: 'lastAt', limit: MAX_READ }),
  ]);
  const [current, others] = [
    comparisons.filter((document) => isSame(document.versions, versions)),
    comparisons.filter((document) => !isSame(document.versions, versions)),
  ];
  const replays = current.filter(({ source }) => source === 'replay');
  const [lastReplay] = replays.sort((a, b) => b.lastAt.getTime() - a.lastAt.getTime());
  return {
    routeId,
    versions,
    clients: judge([...mismatching, ...otherClients], about),
    replayed: lastReplay?.different ?? 0,
    comparisons: sumUp(
      current.map(({ source, database, count, different }) => ({ source, database, count, different })),
      ({ source, database }) => `${source}|${database}`,
      ['count', 'different'],
    ),
    coverage: {
      statuses: merge(coverage.flatMap((document) => document.statuses)),
      identities: merge(coverage.flatMap((document) => document.identities)),
      queryForms: merge(coverage.flatMap((document) => document.queryForms)),
    },
    equalStatuses: coverage.flatMap(({ database, statuses }) =>
      statuses.filter(({ equal }) => equal > 0).map(({ value }) => ({ database, status: value })),
    ),
    mismatches,
    answers: sumUp(
      answers.map(({ stage, database, answered, failed }) => ({ stage, database, answered, failed })),
      ({ stage, database }) => `${stage}|${database}`,
      ['answered', 'failed'],
    ),
    drops: sumUp(
      drops.flatMap((document) => document.drops),
      ({ reason }) => reason,
      ['count'],
    ),
    noise: latestNoise(drops, current),
    suite,
    otherVersions: sumUp(
      others.map(({ versions: { legacy, lambda }, count }) => ({ legacy, lambda, count })),
      ({ legacy, lambda }) => JSON.stringify([legacy, lambda]),
      ['count'],
    ),
    unreadable: reader.unreadable,
  };
}

function judge(all: readonly z.infer<typeof clientSchema>[], about: EvidenceAbout): ClientEvidence {
  const { route, versions, rules, development, now } = about;
  const counted = all.filter(({ database }) => development || database === 'mongodb');
  return judgeClients(
    counted.filter((document) => isSame(document.versions, versions)),
    counted.filter((document) => !isSame(document.versions, versions)),
    { rules: rulesOfRoute(rules, route, now), now },
  );
}

interface Latest {
  readonly by: string;
  readonly limit: number;
}

function isSame(a: Versions, b: Versions): boolean {
  return a.legacy === b.legacy && a.lambda === b.lambda;
}

/** One of each key, with numbers added up. */
function sumUp<T, Name extends string>(
  items: readonly (T & Readonly<Record<Name, number>>)[],
  keyOf: (item: T) => string,
  names: readonly Name[],
): (T & Record<Name, number>)[] {
  const sums = new Map<string, T & Record<Name, number>>();
  for (const item of items) {
    const sum: T & Record<Name, number> = { ...item };
    for (const name of names) Object.assign(sum, { [name]: item[name] + (sums.get(keyOf(item))?.[name] ?? 0) });
    sums.set(keyOf(item), sum);
  }
  return [...sums.values()];
}

/** Noise older than this, by what was seen last of the route, is covered by a rule meanwhile. */
const LATELY = 600_000;

function latestNoise(documents: readonly DropDocument[], compared: readonly ComparisonDocument[]): CountedNoise[] {
  const latest = Math.max(...[...documents, ...compared].map(({ lastAt }) => lastAt.getTime()));
  const places = new Map<string, CountedNoise>();
  for (const { count, lastAt, ...place } of documents.flatMap(({ noise }) => noise)) {
    if (lastAt.getTime() < latest - LATELY) continue;
    places.set(place.path, { ...place, count: count + (places.get(place.path)?.count ?? 0) });
  }
  return [...places.values()].sort((a, b) => b.count - a.count);
}

function merge<T extends string | number>(tallies: readonly Tally<T>[]): Tally<T>[] {
  return sumUp(tallies, ({ value }) => String(value), ['equal', 'different']).sort((a, b) =>
    a.value < b.value ? -1 : 1,
  );
}
