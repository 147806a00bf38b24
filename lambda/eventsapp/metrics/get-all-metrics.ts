import { json } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { formatDay } from '../contracts/day';
import { parseMetricsQuery, type AllMetricsResponse } from '../contracts/metrics';
import { accountOf } from '../object-id';
import { READERS } from '../readers';
import { countByEvent, totals } from './repository';

connectEarly();

/** `GET /api/metrics/all` */
export const handler = httpHandler(READERS, async ({ identity, query }) => {
  const { interval, from, to } = parseMetricsQuery(query, new Date());
  const events = await countByEvent(await mongo().db(), accountOf(identity), { from, to });
  const range = { interval, from: formatDay(from), to: formatDay(to) };
  return json(200, { ...range, events, totals: totals(events) } satisfies AllMetricsResponse);
});
