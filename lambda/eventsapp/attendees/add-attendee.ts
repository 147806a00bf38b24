import { conflict, json, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { parseAttendeeInput, type AddAttendeeResponse } from '../contracts/attendees';
import { isEvent } from '../events/repository';
import { accountOf, parseObjectId, userOf } from '../object-id';
import { requireRole } from '../roles';
import { addAttendee } from './repository';

connectEarly();

/** `POST /api/events/:eventId/attendees`. An email is registered once for an event. */
export const handler = httpHandler(async ({ identity, params, body }) => {
  requireRole(identity, 'organiser');
  const db = await mongo().db();
  const account = accountOf(identity);
  const eventId = parseObjectId(params['eventId']);
  if (eventId === undefined || !(await isEvent(db, account, eventId))) throw notFound('Event not found');
  const input = parseAttendeeInput(body);
  const attendee = await addAttendee(db, { account, eventId, createdBy: userOf(identity), at: new Date() }, input);
  if (attendee === undefined) throw conflict('This email is already registered');
  const location = `/api/events/${eventId.toHexString()}/attendees/${attendee.id}`;
  return json(201, { attendee } satisfies AddAttendeeResponse, { Location: location });
});
