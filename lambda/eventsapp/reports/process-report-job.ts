import type { SQSBatchItemFailure, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { VpcContext } from 'banyan-strangler/vpc-proxy';
import { parseReportJob, type ReportJob } from '../contracts/reports';
import { outside, type Outside } from './outside';
import { dbStoreReport } from './vpc-functions';

/** As the queue's redrive policy: after this delivery it puts the message aside. */
const MAX_DELIVERIES = 3;

type JobContext = Pick<VpcContext, 'getRemainingTimeInMillis'> & { readonly functionName: string };
type Deps = Outside<'db-store-report'>;

/**
 * Consumes the report queue, outside the VPC: has each job's report calculated and stored inside. Jobs are independent; those that
 * fail are reported one by one, stay in the queue and come again, the others are settled.
 */
export const handler = async ({ Records }: SQSEvent, context: JobContext): Promise<SQSBatchResponse> => {
  const deps = outside(context.functionName, [dbStoreReport]);
  const remainingTimeMs = () => context.getRemainingTimeInMillis();
  const outcomes = await Promise.all(Records.map((record) => settle(record, deps, remainingTimeMs)));
  return { batchItemFailures: outcomes.flatMap((failure) => failure ?? []) };
};

/** Never rejects: one job's fault is not the others'. */
async function settle(
  { messageId, body, attributes }: SQSRecord,
  { vpc, logger }: Deps,
  remainingTimeMs: () => number,
): Promise<SQSBatchItemFailure | undefined> {
  const deliveries = Number(attributes.ApproximateReceiveCount);
  const failure = { itemIdentifier: messageId };
  let job: ReportJob;
  try {
    job = parseReportJob(JSON.parse(body));
  } catch (error) {
    logger.error({ messageId, deliveries, err: error }, 'message is no report job');
    return failure;
  }
  const { jobId } = job;
  const call = { remainingTimeMs, about: { jobId } };
  try {
    const { outcome } = await vpc.call(dbStoreReport, { job, giveUp: false }, call);
    logger.info({ jobId, outcome, deliveries }, 'report job');
    return undefined;
  } catch (error) {
    logger.error({ jobId, messageId, deliveries, err: error }, 'report job failed');
  }
  if (deliveries >= MAX_DELIVERIES) {
    await vpc.call(dbStoreReport, { job, giveUp: true }, call).catch((error: unknown) => {
      logger.error({ jobId, messageId, err: error }, 'report job could not be given up');
    });
  }
  return failure;
}
