import { json } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { parseListEventsQuery, type ListEventsResponse } from '../contracts/events';
import { accountOf } from '../object-id';
import { READERS } from '../readers';
import { listEvents } from './repository';

connectEarly();

/** `GET /api/events` */
export const handler = httpHandler(READERS, async ({ identity, query }) => {
  const wanted = parseListEventsQuery(query);
  const { events, total } = await listEvents(await mongo().db(), accountOf(identity), wanted);
  return json(200, { events, page: wanted.page, limit: wanted.limit, total } satisfies ListEventsResponse);
});
