import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { dailyJob } from '../contracts/reports';
import { takeDailyLease } from './lease';
import { createDailyReports } from './repository';
import { dbGetReportResults } from './vpc-functions';

connectEarly();

/** Inside the VPC, called by run-daily-report. */
export const handler = dbGetReportResults.handler(async ({ day, holder }) => {
  const db = await mongo().db();
  const now = new Date();
  const { outcome, until } = await takeDailyLease(db, day, holder, now);
  if (outcome !== 'taken') return { outcome, until: until?.toISOString() ?? null, accountIds: [] };
  const accounts = await db.collection('customerAccounts').find().project({ _id: 1 }).sort({ _id: 1 }).toArray();
  const accountIds = accounts.map(({ _id }) => String(_id));
  await createDailyReports(
    db,
    accountIds.map((id) => dailyJob(id, day)),
    now,
  );
  return { outcome, until: null, accountIds };
});
