import { json, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import type { ReportResponse } from '../contracts/reports';
import { accountOf } from '../object-id';
import { findReport } from './repository';

connectEarly();

/** `GET /api/reports/:reportId`. Another account's report gets the 404 of an id that does not exist. */
export const handler = httpHandler(async ({ identity, params }) => {
  const report = await findReport(await mongo().db(), accountOf(identity), params['reportId'] ?? '');
  if (report === undefined) throw notFound('Report not found');
  return json(200, { report } satisfies ReportResponse);
});
