import { MongoServerError, type Db, type ObjectId } from 'mongodb';
import type { ReportJob, ReportKind } from './job';

const DUPLICATE_KEY = 11000;
const MAX_LISTED = 50;

/** What happened on the day. */
export interface ReportResult {
  /** Events that begin on the day, whatever their status. */
  readonly events: number;
  readonly views: number;
  readonly registrations: number;
  readonly shares: number;
  /** Attendees who were added on the day and are still registered. */
  readonly attendees: number;
}

export interface ReportDocument {
  /** The id of the job that calculates it. */
  _id: string;
  customerAccountId: ObjectId;
  kind: ReportKind;
  /** A UTC day: `2026-11-02`. */
  day: string;
  /** A failed one can still be done: its job may be delivered once more. */
  status: 'queued' | 'done' | 'failed';
  /** The user; null for a daily report. */
  requestedBy: ObjectId | null;
  result: ReportResult | null;
  createdAt: Date;
  finishedAt: Date | null;
}

const QUEUED = { status: 'queued', result: null, finishedAt: null } as const;

export type ReportStore = ReturnType<typeof createReportStore>;

export function createReportStore(db: Db) {
  const reports = db.collection<ReportDocument>('reports');

  const isDone = async ({ jobId, customerAccountId }: ReportJob): Promise<boolean> =>
    (await reports.countDocuments({ _id: jobId, customerAccountId, status: 'done' }, { limit: 1 })) > 0;

  return {
    async ensureIndexes(): Promise<void> {
      await reports.createIndex({ customerAccountId: 1, createdAt: -1, _id: -1 });
    },

    /** The account's last 50, newest first. */
    list(customerAccountId: ObjectId): Promise<ReportDocument[]> {
      return reports.find({ customerAccountId }).sort({ createdAt: -1, _id: -1 }).limit(MAX_LISTED).toArray();
    },

    find(customerAccountId: ObjectId, id: string): Promise<ReportDocument | null> {
      return reports.findOne({ _id: id, customerAccountId });
    },

    async create(job: ReportJob, requestedBy: ObjectId, now: Date): Promise<ReportDocument> {
      const report: ReportDocument = { _id: job.jobId, ...ordered(job, requestedBy, now), ...QUEUED };
      await reports.insertOne(report);
      return report;
    },

    /** Makes the reports of daily jobs known; those that are known stay as they are. */
    async createDaily(jobs: readonly ReportJob[], now: Date): Promise<void> {
      if (jobs.length === 0) return;
      const writes = jobs.map((job) => ({
        updateOne: {
          filter: { _id: job.jobId },
          update: { $setOnInsert: { ...ordered(job, null, now), ...QUEUED } },
          upsert: true,
        },
      }));
      await reports.bulkWrite(writes, { ordered: false });
    },

    isDone,

    /**
     * Stores a job's result. False if there was one already, which then stays; of two at the same time one wins. A job that
     * was ordered elsewhere may have no report yet, and gets one.
     *
     * @throws the database's duplicate key error if a report of this id is another account's, or appeared this very moment
     */
    async finish(job: ReportJob, result: ReportResult, now: Date): Promise<boolean> {
      try {
        await reports.updateOne(
          { _id: job.jobId, customerAccountId: job.customerAccountId, status: { $ne: 'done' } },
          { $set: { status: 'done', result, finishedAt: now }, $setOnInsert: ordered(job, null, now) },
          { upsert: true },
        );
        return true;
      } catch (error) {
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY && (await isDone(job))) return false;
        throw error;
      }
    },

    /** Whoever waits for the report learns that it failed. */
    async fail({ jobId, customerAccountId }: ReportJob, now: Date): Promise<void> {
      await reports.updateOne(
        { _id: jobId, customerAccountId, status: 'queued' },
        { $set: { status: 'failed', finishedAt: now } },
      );
    },
  };
}

function ordered(
  { customerAccountId, kind, day }: ReportJob,
  requestedBy: ObjectId | null,
  createdAt: Date,
): Pick<ReportDocument, 'customerAccountId' | 'kind' | 'day' | 'requestedBy' | 'createdAt'> {
  return { customerAccountId, kind, day, requestedBy, createdAt };
}
