import { SendMessageBatchCommand, type BatchResultErrorEntry, type SQSClient } from '@aws-sdk/client-sqs';
import { BanyanError, type Logger } from 'banyan-strangler/lambda';
import { classifyFault, nextPause, REAL_CLOCK, type RetryClock } from 'banyan-strangler/vpc-proxy';
import type { ReportJob } from '../contracts/reports';

/** The most that SQS takes in one call. */
const BATCH = 10;
/** Kept of the caller's time, so that it can still say what happened. */
const RESERVE_MS = 250;

/** Jobs that SQS has not taken, as often as they were offered. All others are in the queue. */
export class ReportJobsNotSent extends BanyanError {
  override readonly name = 'ReportJobsNotSent';
  readonly jobIds: readonly string[];

  constructor(jobIds: readonly string[], cause: unknown) {
    super(`${jobIds.length} report jobs not sent: ${jobIds.join(', ')}`, { code: 'report_jobs_not_sent', cause });
    this.jobIds = jobIds;
  }
}

interface SendJobsOptions {
  /** Made with `maxAttempts: 1`, as all retries are made here. */
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly queueUrl: string;
  readonly remainingTimeMs: () => number;
  readonly logger: Logger;
  readonly clock?: RetryClock;
}

/**
 * Puts jobs into the queue, ten to a call. What SQS refuses is offered again with backoff, and only that, while the caller has
 * time; an entry that SQS calls the sender's fault is not. A job may be in the queue twice after a network fault.
 *
 * @throws ReportJobsNotSent naming the jobs that are not in the queue, after all others have been tried
 */
export async function sendJobs(jobs: readonly ReportJob[], options: SendJobsOptions): Promise<void> {
  const unsent: Refused[] = [];
  for (let first = 0; first < jobs.length; first += BATCH) {
    unsent.push(...(await sendBatch(jobs.slice(first, first + BATCH), options)));
  }
  if (unsent.length === 0) return;
  throw new ReportJobsNotSent(
    unsent.map(({ job }) => job.jobId),
    unsent.find(({ error }) => error !== undefined)?.error,
  );
}

interface Refused {
  readonly job: ReportJob;
  readonly code: string;
  readonly final: boolean;
  /** When not the entry but the whole call failed. */
  readonly error?: unknown;
}

/** Returns what is not in the queue in the end. */
async function sendBatch(batch: readonly ReportJob[], options: SendJobsOptions): Promise<readonly Refused[]> {
  const { remainingTimeMs, logger, clock = REAL_CLOCK } = options;
  const lost: Refused[] = [];
  let waiting = batch;
  for (let attempt = 1; ; attempt += 1) {
    const refused = await offer(waiting, options);
    lost.push(...refused.filter(({ final }) => final));
    const again = refused.filter(({ final }) => !final);
    for (const { job, code, final, error } of refused) {
      logger.warn({ jobId: job.jobId, code, attempt, final, err: error }, 'report job refused by the queue');
    }
    if (again.length === 0) return lost;
    const pause = nextPause(attempt, remainingTimeMs(), clock);
    if (pause === undefined) return [...lost, ...again];
    await clock.sleep(pause);
    waiting = again.map(({ job }) => job);
  }
}

/** One call. Returns what was refused. */
async function offer(
  jobs: readonly ReportJob[],
  { sqs, queueUrl, remainingTimeMs }: SendJobsOptions,
): Promise<readonly Refused[]> {
  const Entries = jobs.map((job, index) => ({ Id: String(index), MessageBody: JSON.stringify(job) }));
  try {
    const abortSignal = AbortSignal.timeout(Math.max(1, Math.floor(remainingTimeMs() - RESERVE_MS)));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }), {
      abortSignal,
    });
    return jobs.flatMap((job, index) => refusalOf(job, String(index), Failed));
  } catch (error) {
    const fault = classifyFault(error);
    const final = fault === 'refused' || fault === 'input too large';
    return jobs.map((job) => ({ job, code: fault, final, error }));
  }
}

function refusalOf(job: ReportJob, id: string, failed: readonly BatchResultErrorEntry[]): Refused[] {
  const entry = failed.find(({ Id }) => Id === id);
  return entry === undefined ? [] : [{ job, code: entry.Code ?? 'unknown', final: entry.SenderFault === true }];
}
