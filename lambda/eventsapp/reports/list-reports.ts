import type { ListReportsResponse } from '../contracts/reports';
import { httpHandler, json } from '../../http/bind-http-handler';
import { connectEarly, mongo } from '../../mongo';
import { accountOf } from '../object-id';
import { listReports } from './repository';

connectEarly();

/** `GET /api/reports` */
export const handler = httpHandler(async ({ identity }) => {
  const reports = await listReports(await mongo().db(), accountOf(identity));
  return json(200, { reports } satisfies ListReportsResponse);
});
