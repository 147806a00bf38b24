import { json, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import type { GetEventResponse } from '../contracts/events';
import { accountOf, parseObjectId } from '../object-id';
import { READERS } from '../readers';
import { findEvent } from './repository';

connectEarly();

/** `GET /api/events/:eventId`. A malformed id and another account's event get the 404 of an id that does not exist. */
export const handler = httpHandler(READERS, async ({ identity, params }) => {
  const eventId = parseObjectId(params['eventId']);
  const event = eventId && (await findEvent(await mongo().db(), accountOf(identity), eventId));
  if (event === undefined) throw notFound('Event not found');
  return json(200, { event } satisfies GetEventResponse);
});
