import { DAY_MS, readDay } from '../day';
import { asFields, validated, type FieldErrors, type Validated } from '../validation';
import { INTERVALS, type Interval, type Range } from './store';

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
