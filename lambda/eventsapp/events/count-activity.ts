import { json, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { parseActivity, type CountActivityResponse } from '../contracts/activity';
import { accountOf, parseObjectId } from '../object-id';
import { isEvent } from './repository';
import { addActivity } from './write-repository';

connectEarly();

/** `POST /api/events/:eventId/activity`: one view, registration or share. */
export const handler = httpHandler(async ({ identity, params, body }) => {
  const db = await mongo().db();
  const account = accountOf(identity);
  const eventId = parseObjectId(params['eventId']);
  if (eventId === undefined || !(await isEvent(db, account, eventId))) throw notFound('Event not found');
  await addActivity(db, { account, at: new Date() }, { eventId, type: parseActivity(body) });
  return json(202, { counted: true } satisfies CountActivityResponse);
});
