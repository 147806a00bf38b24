import type { RequestObservation } from '../observation';
import { TRAFFIC_COLLECTION } from './collections';
import { OwnTotals, type Origin } from './own-totals';
import { LATENCY_BUCKETS, latencyBucket } from '../statistics/latency';
import type { OwnDocument } from './writer';

interface Minute {
  readonly routeId: string;
  readonly side: 'legacy' | 'lambda';
  readonly minute: number;
  requests: number;
  /** No answer, or a status from 500. */
  errors: number;
  coldStarts: number;
  /** Of Lambda: answered by legacy in the end. */
  fallbacks: number;
  /** Warm answers only. */
  readonly latency: number[];
}

interface Keyed {
  readonly key: string;
  readonly totals: Minute;
}

const MINUTE = 60_000;
/** 10 hours of 15 busy routes without MongoDB; then the oldest minutes are dropped and counted. */
const MAX_MINUTES = 10_000;

/** Sums up requests by route, side and minute. */
export class Traffic extends OwnTotals<Minute> {
  dropped = 0;
  /** Minutes up to here are closed: started again, they would replace what is stored. */
  private closed = 0;
  /** By route: making and hashing the key costs more than counting. */
  private readonly latest = { legacy: new Map<string, Keyed>(), lambda: new Map<string, Keyed>() };

  record({ routeId, at, lambda, upstream, statusCode, ms }: RequestObservation): void {
    const minute = Math.max(Math.floor(at / MINUTE) * MINUTE, this.closed + MINUTE);
    if (lambda !== undefined && lambda.code !== 'client_gone') {
      const isError = lambda.outcome === 'failed' || (lambda.statusCode ?? 0) >= 500;
      const bucket = this.bucket(routeId, 'lambda', minute);
      count(bucket, isError ? 'error' : 'answer', lambda.coldStart || isError ? undefined : lambda.ms);
      if (lambda.coldStart) bucket.coldStarts += 1;
      if (upstream === 'legacy') bucket.fallbacks += 1;
    }
    if (upstream === 'legacy' && statusCode !== 499)
      // After a fallback the time holds Lambda's attempt too.
      count(
        this.bucket(routeId, 'legacy', minute),
        statusCode >= 500 ? 'error' : 'answer',
        lambda === undefined ? ms : undefined,
      );
  }

  protected documentsOf({ minute, latency, ...totals }: Minute, _id: string, { versions }: Origin): OwnDocument[] {
    const fields = { ...totals, versions, minute: new Date(minute), latency: [...latency] };
    return [{ collection: TRAFFIC_COLLECTION, _id, fields }];
  }

  /** Everything that was taken is stored: minutes that are over are forgotten. */
  written(now: number): void {
    for (const [key, { minute }] of this.totals)
      if (minute < now - 2 * MINUTE && !this.dirty.has(key)) this.forget(key, minute);
  }

  private bucket(routeId: string, side: Minute['side'], minute: number): Minute {
    // One that was forgotten is closed, so it is not asked for again.
    let keyed = this.latest[side].get(routeId);
    if (keyed?.totals.minute !== minute) {
      const key = `${routeId}|${side}|${minute}`;
      keyed = { key, totals: this.totals.get(key) ?? this.begin(key, routeId, side, minute) };
      this.latest[side].set(routeId, keyed);
    }
    this.dirty.add(keyed.key);
    return keyed.totals;
  }

  private begin(key: string, routeId: string, side: Minute['side'], minute: number): Minute {
    if (this.totals.size >= MAX_MINUTES) this.dropOldest();
    const made: Minute = {
      ...{ routeId, side, minute, requests: 0, errors: 0, coldStarts: 0, fallbacks: 0 },
      latency: Array.from({ length: LATENCY_BUCKETS }, () => 0),
    };
    this.totals.set(key, made);
    return made;
  }

  private dropOldest(): void {
    const oldest = this.totals.entries().next().value;
    if (oldest === undefined) return;
    const [key, { minute }] = oldest;
    if (this.dirty.delete(key)) this.dropped += 1;
    this.forget(key, minute);
  }

  private forget(key: string, minute: number): void {
    this.totals.delete(key);
    this.closed = Math.max(this.closed, minute);
  }
}

function count(minute: Minute, outcome: 'answer' | 'error', ms: number | undefined): void {
  minute.requests += 1;
  if (outcome === 'error') minute.errors += 1;
  if (ms === undefined) return;
  const bucket = latencyBucket(ms);
  minute.latency[bucket] = (minute.latency[bucket] ?? 0) + 1;
}
