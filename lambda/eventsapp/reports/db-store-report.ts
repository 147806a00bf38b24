import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { ObjectId } from 'mongodb';
import { calculateReport } from './calculate';
import { giveUpReport, isDone, storeResult } from './repository';
import { dbStoreReport } from './vpc-functions';

connectEarly();

/** Inside the VPC, called by process-report-job. A report that is stored stays as it is, however often its job comes. */
export const handler = dbStoreReport.handler(async ({ job, giveUp }) => {
  const db = await mongo().db();
  if (giveUp) {
    await giveUpReport(db, job, new Date());
    return { outcome: 'given up' };
  }
  if (await isDone(db, job)) return { outcome: 'known' };
  const result = await calculateReport(db, new ObjectId(job.customerAccountId), job.day);
  return { outcome: (await storeResult(db, job, result, new Date())) ? 'stored' : 'known' };
});
