import { json, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { parseListAttendeesQuery, type ListAttendeesResponse } from '../contracts/attendees';
import { isEvent } from '../events/repository';
import { accountOf, parseObjectId } from '../object-id';
import { READERS } from '../readers';
import { listAttendees } from './repository';

connectEarly();

/** `GET /api/events/:eventId/attendees`. Like the monolith it looks for the event before it looks at the query. */
export const handler = httpHandler(READERS, async ({ identity, params, query }) => {
  const db = await mongo().db();
  const account = accountOf(identity);
  const eventId = parseObjectId(params['eventId']);
  if (eventId === undefined || !(await isEvent(db, account, eventId))) throw notFound('Event not found');
  const { page, limit } = parseListAttendeesQuery(query);
  const { attendees, total } = await listAttendees(db, { account, eventId }, { page, limit });
  return json(200, { attendees, page, limit, total } satisfies ListAttendeesResponse);
});
