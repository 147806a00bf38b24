import { noContent, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { accountOf, parseObjectId } from '../object-id';
import { requireRole } from '../roles';
import { deleteEvent } from './write-repository';

connectEarly();

/** `DELETE /api/events/:eventId`, with all that belongs to the event. */
export const handler = httpHandler(async ({ identity, params }) => {
  requireRole(identity, 'organiser');
  const eventId = parseObjectId(params['eventId']);
  const write = { account: accountOf(identity), at: new Date() };
  const deleted = eventId !== undefined && (await deleteEvent(await mongo().db(), write, eventId));
  if (!deleted) throw notFound('Event not found');
  return noContent();
});
