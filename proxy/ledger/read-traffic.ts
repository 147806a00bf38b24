import type { Db } from 'mongodb';
import type { z } from 'zod';
import { TRAFFIC_COLLECTION } from './collections';
import { DocumentReader, trafficSchema, type UnreadableDocument } from './documents';
import type { CountedAnswers } from '../statistics/baseline';
import { LATENCY_BUCKETS, latencyQuantile } from '../statistics/latency';

/** One side of one route, summed up over some time and over all proxies. */
export interface TrafficSummary extends CountedAnswers {
  readonly coldStarts: number;
  readonly fallbacks: number;
  /** Warm answers in ms, rounded up to the histogram's bounds; undefined without any. */
  readonly p50: number | undefined;
}

const COUNTED = ['requests', 'errors', 'coldStarts', 'fallbacks'] as const;
type Counted = (typeof COUNTED)[number];

/** Sums of one side by route id. */
export type TrafficBySide = Readonly<Record<'legacy' | 'lambda', TrafficSummary | undefined>>;

export interface ReadTraffic {
  readonly byRoute: ReadonlyMap<string, TrafficBySide>;
  /** They count for nothing. */
  readonly unreadable: readonly UnreadableDocument[];
}

/** Whole minutes: the one in which `until` lies is left out. */
export interface TrafficSpan {
  readonly since: Date;
  /** Default: no end. */
  readonly until?: Date;
}

/** Sums up what was recorded in a span of time, of one route or all of them. */
export async function readTraffic(db: Db, { since, until }: TrafficSpan, routeId?: string): Promise<ReadTraffic> {
  const sums = new Map<string, { legacy?: Sum; lambda?: Sum }>();
  const cursor = db.collection(TRAFFIC_COLLECTION).find({
    minute: { $gte: since, ...(until !== undefined && { $lt: startOfMinute(until) }) },
    ...(routeId !== undefined && { routeId }),
  });
  const reader = new DocumentReader();
  for await (const found of cursor) {
    const [document] = reader.read(TRAFFIC_COLLECTION, trafficSchema, [found]);
    if (document === undefined) continue;
    const sides = sums.get(document.routeId) ?? {};
    sums.set(document.routeId, sides);
    add((sides[document.side] ??= newSum()), document);
  }
  const byRoute = new Map(
    [...sums].map(([id, { legacy, lambda }]) => [id, { legacy: sumUp(legacy), lambda: sumUp(lambda) }]),
  );
  return { byRoute, unreadable: reader.unreadable };
}

function startOfMinute(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 60_000) * 60_000);
}

interface Sum {
  readonly counts: Record<Counted, number>;
  readonly latency: number[];
}

function newSum(): Sum {
  const counts = { requests: 0, errors: 0, coldStarts: 0, fallbacks: 0 };
  return { counts, latency: Array.from({ length: LATENCY_BUCKETS }, () => 0) };
}

function add({ counts, latency }: Sum, document: z.infer<typeof trafficSchema>): void {
  for (const name of COUNTED) counts[name] += document[name];
  latency.forEach((value, bucket) => (latency[bucket] = value + (document.latency[bucket] ?? 0)));
}

function sumUp(sum: Sum | undefined): TrafficSummary | undefined {
  if (sum === undefined) return undefined;
  return { ...sum.counts, p50: latencyQuantile(sum.latency, 0.5), p99: latencyQuantile(sum.latency, 0.99) };
}
