import { asFields, validated, type FieldErrors, type Validated } from '../validation';
import { INTERVALS, type Interval, type Range } from './store';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

export interface MetricsQuery {
  readonly interval: Interval;
  readonly range: Range;
}

/**
 * Reads `interval`, `from` and `to`. Days are UTC days. Without `to` the range ends with today (so `to`, which is exclusive,
 * is tomorrow); without `from` it is 30 days long.
 */
export function validateMetricsQuery(query: unknown, now: Date): Validated<MetricsQuery> {
  const { interval = 'day', from, to } = asFields(query);
  const fields: FieldErrors = {};
  const knownInterval = INTERVALS.find((known) => known === interval);
  if (knownInterval === undefined) fields['interval'] = `must be one of ${INTERVALS.join(', ')}`;

  const end = to === undefined ? new Date((Math.floor(now.getTime() / DAY_MS) + 1) * DAY_MS) : readDay(to);
  const start = from === undefined ? new Date((end ?? now).getTime() - DEFAULT_DAYS * DAY_MS) : readDay(from);
  if (start === undefined) fields['from'] = 'must be a date such as 2026-11-02';
  if (end === undefined) fields['to'] = 'must be a date such as 2026-11-02';
  if (start !== undefined && end !== undefined && start >= end) fields['from'] = 'must be before to';

  return validated(fields, {
    interval: knownInterval ?? 'day',
    range: { from: start ?? now, to: end ?? now },
  });
}

/** `2026-11-02`. */
export function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function readDay(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00.000Z`);
  // JavaScript reads the 30th of February as the 2nd of March.
  return !Number.isNaN(date.getTime()) && toDay(date) === value ? date : undefined;
}
