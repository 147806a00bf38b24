import { ObjectId } from 'mongodb';
import { readDay } from '../day';
import { parseObjectId } from '../object-id';
import { asFields } from '../validation';

const KINDS = ['on-demand', 'daily'] as const;
export type ReportKind = (typeof KINDS)[number];

/** The order to calculate one account's report for one UTC day. The same job may be delivered more than once. */
export interface ReportJob {
  /** The report's id. */
  readonly jobId: string;
  readonly customerAccountId: ObjectId;
  readonly day: string;
  readonly kind: ReportKind;
}

/** A message that is no report job. Nothing of what it holds is repeated: it may be anything. */
export class ReportJobError extends Error {
  override readonly name = 'ReportJobError';
}

/** The job of an account's daily report has the same id whoever orders it, and however often. */
export function dailyJob(customerAccountId: ObjectId, day: string): ReportJob {
  return { jobId: `daily-${day}-${customerAccountId.toHexString()}`, customerAccountId, day, kind: 'daily' };
}

/** A job that a user has asked for; each is one of its own. */
export function onDemandJob(customerAccountId: ObjectId, day: string): ReportJob {
  return { jobId: new ObjectId().toHexString(), customerAccountId, day, kind: 'on-demand' };
}

/** A job as it travels: JSON of `jobId`, `customerAccountId` (24 hex digits), `day` and `kind`. */
export function writeJob({ jobId, customerAccountId, day, kind }: ReportJob): string {
  return JSON.stringify({ jobId, customerAccountId: customerAccountId.toHexString(), day, kind });
}

/**
 * Reads what {@link writeJob} has written.
 *
 * @throws ReportJobError if it is anything else
 */
export function readJob(text: string): ReportJob {
  const { jobId, customerAccountId, day, kind } = asFields(parse(text));
  const account = typeof customerAccountId === 'string' ? parseObjectId(customerAccountId) : undefined;
  const knownKind = KINDS.find((known) => known === kind);
  if (typeof jobId !== 'string' || !/^[\w-]{1,100}$/.test(jobId)) throw new ReportJobError('jobId is no id');
  if (account === undefined) throw new ReportJobError('customerAccountId is no id');
  if (typeof day !== 'string' || readDay(day) === undefined) throw new ReportJobError('day is no day');
  if (knownKind === undefined) throw new ReportJobError(`kind is none of ${KINDS.join(', ')}`);
  return { jobId, customerAccountId: account, day, kind: knownKind };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReportJobError('The message is not JSON');
  }
}
