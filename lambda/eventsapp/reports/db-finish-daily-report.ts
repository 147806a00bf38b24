import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { finishDailyLease } from './lease';
import { dbFinishDailyReport } from './vpc-functions';

connectEarly();

/** Inside the VPC, called by run-daily-report when every job is in the queue. */
export const handler = dbFinishDailyReport.handler(async ({ day }) => {
  await finishDailyLease(await mongo().db(), day, new Date());
  return { finished: true };
});
