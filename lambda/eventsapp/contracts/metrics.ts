import { FieldFaults } from 'banyan-strangler/lambda';
import { DAY_MS, parseDay } from './day';

const INTERVALS = ['day', 'week'] as const;
const DEFAULT_DAYS = 30;
const NOT_A_DATE = 'must be a date such as 2026-11-02';

export type Interval = (typeof INTERVALS)[number];

export interface ActivityCounts {
  readonly views: number;
  readonly registrations: number;
  readonly shares: number;
}

/** The query of both metrics routes. Days are UTC days; `from` is inclusive, `to` exclusive. */
export interface MetricsQuery {
  readonly interval: Interval;
  readonly from: Date;
  readonly to: Date;
}

/** `GET /api/events/:eventId/metrics` */
export interface EventMetricsResponse {
  readonly eventId: string;
  readonly interval: Interval;
  readonly from: string;
  readonly to: string;
  /** Only periods with activity, in the order of time: `2026-11-02` or, by week, `2026-W45`. */
  readonly buckets: readonly ({ readonly period: string } & ActivityCounts)[];
  readonly totals: ActivityCounts;
}

/** `GET /api/metrics/all` */
export interface AllMetricsResponse {
  readonly interval: Interval;
  readonly from: string;
  readonly to: string;
  /** Every event of the account, by title. */
  readonly events: readonly ({ readonly eventId: string; readonly title: string } & ActivityCounts)[];
  readonly totals: ActivityCounts;
}

/**
 * Reads `interval`, `from` and `to`. Without `to` the range ends with today, so that `to` is tomorrow; without `from` it is 30
 * days long.
 *
 * @param query as Express's extended parser gives it
 * @throws ValidationError
 */
export function parseMetricsQuery(query: Readonly<Record<string, unknown>>, now: Date): MetricsQuery {
  const faults = new FieldFaults();
  const interval = INTERVALS.find((known) => known === (query['interval'] ?? 'day'));
  if (interval === undefined) faults.add('interval', `must be one of ${INTERVALS.join(', ')}`, undefined);
  const to = query['to'] === undefined ? startOfTomorrow(now) : parseDay(query['to']);
  const from = query['from'] === undefined ? addDays(to ?? now, -DEFAULT_DAYS) : parseDay(query['from']);
  if (from === undefined) faults.add('from', NOT_A_DATE, undefined);
  if (to === undefined) faults.add('to', NOT_A_DATE, undefined);
  if (from !== undefined && to !== undefined && from >= to) faults.add('from', 'must be before to', undefined);
  faults.throwIfAny();
  return { interval: interval ?? 'day', from: from ?? now, to: to ?? now };
}

function startOfTomorrow(now: Date): Date {
  return addDays(new Date(now.getTime() - (now.getTime() % DAY_MS)), 1);
}

function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * DAY_MS);
}
