import { json } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { parseEventInput, type WriteEventResponse } from '../contracts/event-input';
import { accountOf, userOf } from '../object-id';
import { requireRole } from '../roles';
import { createEvent } from './write-repository';

connectEarly();

/** `POST /api/events` */
export const handler = httpHandler(async ({ identity, body }) => {
  requireRole(identity, 'organiser');
  const input = parseEventInput(body);
  const write = { account: accountOf(identity), createdBy: userOf(identity), at: new Date() };
  const event = await createEvent(await mongo().db(), write, input);
  return json(201, { event } satisfies WriteEventResponse, { Location: `/api/events/${event.id}` });
});
