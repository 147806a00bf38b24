import { json } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import type { ListReportsResponse } from '../contracts/reports';
import { accountOf } from '../object-id';
import { listReports } from './repository';

connectEarly();

/** `GET /api/reports` */
export const handler = httpHandler(async ({ identity }) => {
  const reports = await listReports(await mongo().db(), accountOf(identity));
  return json(200, { reports } satisfies ListReportsResponse);
});
