import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { ObjectId } from 'mongodb';
import { createReport } from './repository';
import { dbCreateReport } from './vpc-functions';

connectEarly();

/** Inside the VPC, called by create-report. */
export const handler = dbCreateReport.handler(async ({ job, requestedBy }) => ({
  report: await createReport(await mongo().db(), job, new ObjectId(requestedBy), new Date()),
}));
