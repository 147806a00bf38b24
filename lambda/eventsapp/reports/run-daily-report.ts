import type { ScheduledEvent } from 'aws-lambda';
import type { VpcContext } from 'banyan-strangler/vpc-proxy';
import { DAY_MS, formatDay } from '../contracts/day';
import { dailyJob } from '../contracts/reports';
import { outside } from './outside';
import { dbFinishDailyReport, dbGetReportResults } from './vpc-functions';

/** What came of a run; for the log, and for a person at a terminal. */
export type DailyRun =
  | { readonly outcome: 'ran'; readonly day: string; readonly jobs: number }
  | { readonly outcome: 'not our turn' | 'held' | 'done'; readonly day: string };

type RunContext = Pick<VpcContext, 'awsRequestId' | 'getRemainingTimeInMillis'> & { readonly functionName: string };

/**
 * On a schedule, outside the VPC: orders the report of every customer account for the UTC day before. The lease inside MongoDB
 * lets one run through for each day, the monolith's included; a run that failed is repeated by Lambda and takes its lease again.
 *
 * @throws when a job is not in the queue in the end; the lease stays unfinished
 */
export const handler = async ({ time }: Pick<ScheduledEvent, 'time'>, context: RunContext): Promise<DailyRun> => {
  const { config, logger, vpc, send } = outside(context.functionName, [dbGetReportResults, dbFinishDailyReport]);
  const day = formatDay(new Date(Date.parse(time) - DAY_MS));
  const requestId = context.awsRequestId;
  if (config.dailyReportRunner !== 'lambda') {
    logger.info({ requestId, day, runner: config.dailyReportRunner }, 'daily reports are ordered by the other side');
    return { outcome: 'not our turn', day };
  }
  const remainingTimeMs = () => context.getRemainingTimeInMillis();
  const call = { remainingTimeMs, about: { requestId, day } };
  try {
    const { outcome, accountIds } = await vpc.call(dbGetReportResults, { day, holder: `lambda ${requestId}` }, call);
    if (outcome !== 'taken') {
      logger.info({ requestId, day, outcome }, 'daily reports');
      return { outcome, day };
    }
    await send(
      accountIds.map((id) => dailyJob(id, day)),
      remainingTimeMs,
    );
    await vpc.call(dbFinishDailyReport, { day }, call);
    logger.info({ requestId, day, outcome: 'ran', jobs: accountIds.length }, 'daily reports');
    return { outcome: 'ran', day, jobs: accountIds.length };
  } catch (error) {
    logger.error({ requestId, day, err: error }, 'daily reports could not be ordered');
    throw error;
  }
};
