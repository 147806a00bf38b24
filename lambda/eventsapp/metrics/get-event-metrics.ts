import { json, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { formatDay } from '../contracts/day';
import { parseMetricsQuery, type EventMetricsResponse } from '../contracts/metrics';
import { isEvent } from '../events/repository';
import { accountOf, parseObjectId } from '../object-id';
import { READERS } from '../readers';
import { countByPeriod, totals } from './repository';

connectEarly();

/** `GET /api/events/:eventId/metrics`. Like the monolith it looks for the event before it looks at the query. */
export const handler = httpHandler(READERS, async ({ identity, params, query }) => {
  const account = accountOf(identity);
  const id = parseObjectId(params['eventId']);
  if (id === undefined || !(await isEvent(await mongo().db(), account, id))) throw notFound('Event not found');
  const { interval, from, to } = parseMetricsQuery(query, new Date());
  const buckets = await countByPeriod(await mongo().db(), account, id, { interval, from, to });
  const range = { interval, from: formatDay(from), to: formatDay(to) };
  return json(200, {
    eventId: id.toHexString(),
    ...range,
    buckets,
    totals: totals(buckets),
  } satisfies EventMetricsResponse);
});
