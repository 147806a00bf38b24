import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type HttpRequest, type HttpResponse, json } from 'banyan-strangler/lambda';
import { httpHandler } from '../http-handler';
import type { EventsappIdentity } from '../identity';
import { parseReportRequest, type ReportJob, type ReportResponse } from '../contracts/reports';
import { requireRole } from '../roles';
import { createJobId } from './job-id';
import { outside } from './outside';
import { dbCreateReport, dbStoreReport } from './vpc-functions';

/**
 * `POST /api/reports`, outside the VPC: the report is written inside, then its job goes to the queue, in this order, because whoever
 * processes the job must find it. A job that does not reach the queue leaves a failed report or none, and the client hears of it.
 */
export const handler = (event: APIGatewayProxyEvent, context: CreateContext): Promise<APIGatewayProxyResult> =>
  httpHandler((request) => createReport(request, context))(event, context);

type CreateContext = Pick<Context, 'awsRequestId' | 'functionName' | 'getRemainingTimeInMillis'>;

async function createReport(
  { identity, body }: HttpRequest<EventsappIdentity>,
  context: CreateContext,
): Promise<HttpResponse> {
  requireRole(identity, 'organiser');
  const now = new Date();
  const { day } = parseReportRequest(body, now);
  const { customerAccountId, userId } = identity;
  const job: ReportJob = { jobId: createJobId(now), customerAccountId, day, kind: 'on-demand' };
  const { vpc, send, logger } = outside(context.functionName, [dbCreateReport, dbStoreReport]);
  const remainingTimeMs = () => context.getRemainingTimeInMillis();
  const call = { remainingTimeMs, about: { jobId: job.jobId } };
  try {
    const { report } = await vpc.call(dbCreateReport, { job, requestedBy: userId }, call);
    await send([job], remainingTimeMs);
    return json(202, { report } satisfies ReportResponse, { Location: `/api/reports/${report.id}` });
  } catch (error) {
    logger.error({ jobId: job.jobId, err: error }, 'report could not be ordered');
    // Also when it was the first call: the report may be written without an answer, and would wait for ever.
    await vpc.call(dbStoreReport, { job, giveUp: true }, call).catch((failure: unknown) => {
      logger.error({ jobId: job.jobId, err: failure }, 'report job could not be given up');
    });
    throw error;
  }
}
