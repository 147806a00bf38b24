import { FieldFaults } from 'banyan-strangler/lambda';
import {
  count,
  nullable,
  objectOf,
  oneOf,
  ShapeError,
  text,
  textLike,
  type JsonParser,
  type ParsedBy,
} from 'banyan-strangler/vpc-proxy';
import { DAY_MS, formatDay, parseDay } from './day';

export const objectIdText = textLike(/^[0-9a-f]{24}$/, '24 hex digits');

export const dayText: JsonParser<string> = (value, path = '') => {
  if (parseDay(value) !== undefined) return text(value, path);
  throw new ShapeError(path, 'a day such as 2026-11-02', value);
};

const kind = oneOf('on-demand', 'daily');

/** A message of the report queue, from either side: calculate one account's report for one UTC day. It may come more than once. */
export const parseReportJob = objectOf({
  /** The report's id. */
  jobId: textLike(/^[\w-]{1,100}$/, 'an id'),
  customerAccountId: objectIdText,
  day: dayText,
  kind,
});
export type ReportJob = ParsedBy<typeof parseReportJob>;

/** A report as clients see it. The order of the keys is part of the contract. */
export const parseReportJson = objectOf({
  id: text,
  kind,
  day: dayText,
  /** A failed one can still be done: its job may be delivered once more. */
  status: oneOf('queued', 'done', 'failed'),
  /** The user's id; null for a daily report. */
  requestedBy: nullable(objectIdText),
  result: nullable(objectOf({ events: count, views: count, registrations: count, shares: count, attendees: count })),
  createdAt: text,
  finishedAt: nullable(text),
});
export type ReportJson = ParsedBy<typeof parseReportJson>;

/** A report whose times are as they are stored: JSON writes a Date in ISO 8601, and leaves out what an old document does not have. */
export type StoredReport = Omit<ReportJson, 'createdAt' | 'finishedAt'> & {
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
};

/** `GET /api/reports` */
export interface ListReportsResponse {
  /** The account's last 50, newest first. */
  readonly reports: readonly StoredReport[];
}

/** `GET /api/reports/:reportId`, and `POST /api/reports`, which gets it from inside the VPC as JSON. */
export interface ReportResponse {
  readonly report: StoredReport | ReportJson;
}

/** The job of an account's daily report has the same id regardless of who orders it, and how often. */
export function dailyJob(customerAccountId: string, day: string): ReportJob {
  return { jobId: `daily-${day}-${customerAccountId}`, customerAccountId, day, kind: 'daily' };
}

/**
 * Reads the body of `POST /api/reports`. Without a day it is the last whole UTC day.
 *
 * @param body as Express's parsers give it
 * @throws ValidationError
 */
export function parseReportRequest(body: unknown, now: Date): { readonly day: string } {
  const faults = new FieldFaults();
  const given =
    typeof body === 'object' && body !== null && !Array.isArray(body) && 'day' in body ? body.day : undefined;
  const day = given === undefined ? formatDay(new Date(now.getTime() - DAY_MS)) : given;
  const start = parseDay(day);
  if (start === undefined) faults.add('day', 'must be a date such as 2026-11-02', undefined);
  else if (start > now) faults.add('day', 'must not be in the future', undefined);
  faults.throwIfAny();
  return { day: start === undefined ? '' : formatDay(start) };
}
