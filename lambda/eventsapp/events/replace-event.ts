import { json, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { parseEventInput, type WriteEventResponse } from '../contracts/event-input';
import { accountOf, parseObjectId } from '../object-id';
import { requireRole } from '../roles';
import { replaceEvent } from './write-repository';

connectEarly();

/** `PUT /api/events/:eventId`. A malformed id is reported before a bad body, an unknown one after it, as on the monolith. */
export const handler = httpHandler(async ({ identity, params, body }) => {
  requireRole(identity, 'organiser');
  const eventId = parseObjectId(params['eventId']);
  if (eventId === undefined) throw notFound('Event not found');
  const input = parseEventInput(body);
  const write = { account: accountOf(identity), at: new Date() };
  const event = await replaceEvent(await mongo().db(), write, eventId, input);
  if (event === undefined) throw notFound('Event not found');
  return json(200, { event } satisfies WriteEventResponse);
});
