import { noContent, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { accountOf, parseObjectId } from '../object-id';
import { requireRole } from '../roles';
import { removeAttendee } from './repository';

connectEarly();

/** `DELETE /api/events/:eventId/attendees/:attendeeId` */
export const handler = httpHandler(async ({ identity, params }) => {
  requireRole(identity, 'organiser');
  const eventId = parseObjectId(params['eventId']);
  const attendeeId = parseObjectId(params['attendeeId']);
  const write = eventId && { account: accountOf(identity), eventId, at: new Date() };
  const removed = write && attendeeId && (await removeAttendee(await mongo().db(), write, attendeeId));
  if (removed !== true) throw notFound('Attendee not found');
  return noContent();
});
