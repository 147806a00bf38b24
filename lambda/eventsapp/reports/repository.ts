import { MongoServerError, ObjectId, type Collection, type Db } from 'mongodb';

import { parseReportJson, type ReportJob, type ReportJson, type StoredReport } from '../contracts/reports';

const DUPLICATE_KEY = 11000;
const MAX_LISTED = 50;

/** A document of `reports`, as the monolith writes it. */
interface ReportDocument {
  readonly _id: string;
  readonly customerAccountId: ObjectId;
  readonly kind: ReportJob['kind'];
  readonly day: string;
  readonly status: ReportJson['status'];
  readonly requestedBy: ObjectId | null;
  readonly result: ReportJson['result'];
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

const QUEUED = { status: 'queued', result: null, finishedAt: null } as const;

/** An account's last reports, newest first. */
export async function listReports(db: Db, account: ObjectId): Promise<readonly StoredReport[]> {
  const newestFirst = { createdAt: -1, _id: -1 } as const;
  const found = await reports(db).find({ customerAccountId: account }).sort(newestFirst).limit(MAX_LISTED).toArray();
  return found.map(toJson);
}

/** A report of this account; undefined for one that does not exist or belongs to another. */
export async function findReport(db: Db, account: ObjectId, id: string): Promise<StoredReport | undefined> {
  const document = await reports(db).findOne({ _id: id, customerAccountId: account });
  return document === null ? undefined : toJson(document);
}

/** Writes the queued report of a job once: the second time it returns the existing one. */
export async function createReport(db: Db, job: ReportJob, requestedBy: ObjectId, now: Date): Promise<ReportJson> {
  const report = { ...queuedReport(job, requestedBy, now), _id: job.jobId };
  await unlessKnown(() => reports(db).insertOne(report));
  const written = await findReport(db, report.customerAccountId, job.jobId);
  if (written === undefined) throw new Error(`Report ${job.jobId} belongs to another account`);
  return parseReportJson(JSON.parse(JSON.stringify(written)));
}

/** Makes the reports of daily jobs known as queued. Those that are known stay as they are. */
export async function createDailyReports(db: Db, jobs: readonly ReportJob[], now: Date): Promise<void> {
  if (jobs.length === 0) return;
  const writes = jobs.map((job) => ({
    updateOne: {
      filter: { _id: job.jobId },
      update: { $setOnInsert: queuedReport(job, null, now) },
      upsert: true,
    },
  }));
  await reports(db).bulkWrite(writes, { ordered: false });
}

export async function isDone(db: Db, { jobId, customerAccountId }: ReportJob): Promise<boolean> {
  const filter = { _id: jobId, customerAccountId: new ObjectId(customerAccountId), status: 'done' } as const;
  return (await reports(db).countDocuments(filter, { limit: 1 })) > 0;
}

/**
 * Stores a result, once: of two deliveries of a job at the same time the first to write wins, and the report's times stay its.
 *
 * @returns false when there was a result already
 * @throws MongoServerError when the report belongs to another account
 */
export async function storeResult(
  db: Db,
  job: ReportJob,
  result: NonNullable<ReportJson['result']>,
  now: Date,
): Promise<boolean> {
  const { customerAccountId, kind, day, requestedBy, createdAt } = queuedReport(job, null, now);
  try {
    // The upsert meets the key of a report that the filter does not want: one that is done, or another account's.
    await reports(db).updateOne(
      { _id: job.jobId, customerAccountId, status: { $ne: 'done' } },
      { $set: { status: 'done', result, finishedAt: now }, $setOnInsert: { kind, day, requestedBy, createdAt } },
      { upsert: true },
    );
    return true;
  } catch (error) {
    if (isDuplicate(error) && (await isDone(db, job))) return false;
    throw error;
  }
}

/** Whoever waits for the report learns that it failed. */
export async function giveUpReport(db: Db, { jobId, customerAccountId }: ReportJob, now: Date): Promise<void> {
  await reports(db).updateOne(
    { _id: jobId, customerAccountId: new ObjectId(customerAccountId), status: 'queued' },
    { $set: { status: 'failed', finishedAt: now } },
  );
}

function reports(db: Db): Collection<ReportDocument> {
  return db.collection<ReportDocument>('reports');
}

function queuedReport(job: ReportJob, requestedBy: ObjectId | null, createdAt: Date): Omit<ReportDocument, '_id'> {
  const { kind, day } = job;
  return { customerAccountId: new ObjectId(job.customerAccountId), kind, day, requestedBy, createdAt, ...QUEUED };
}

async function unlessKnown(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

function toJson(report: ReportDocument): StoredReport {
  return {
    id: report._id,
    kind: report.kind,
    day: report.day,
    status: report.status,
    requestedBy: report.requestedBy === null ? null : report.requestedBy.toHexString(),
    result: report.result,
    createdAt: report.createdAt,
    finishedAt: report.finishedAt,
  };
}
