import { noContent, notFound } from 'banyan-strangler/lambda';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { httpHandler } from '../http-handler';
import { accountOf, parseObjectId } from '../object-id';
import { removePhotos } from '../photos/remove-photos';
import { connectStorageEarly, photoStorage } from '../photos/storage';
import { requireRole } from '../roles';
import { isEvent } from './repository';
import { deleteEvent } from './write-repository';

connectEarly();
connectStorageEarly();

/** `DELETE /api/events/:eventId`, with all that belongs to the event. */
export const handler = httpHandler(async ({ identity, params }) => {
  requireRole(identity, 'organiser');
  const eventId = parseObjectId(params['eventId']);
  const write = { account: accountOf(identity), at: new Date() };
  if (eventId === undefined) throw notFound('Event not found');
  const db = await mongo().db();
  if (!(await isEvent(db, write.account, eventId))) throw notFound('Event not found');
  // Before the event, so that a client to whom this fails can ask again. What is uploaded meanwhile remove-orphaned-photos finds.
  const storage = await photoStorage();
  const photos = await storage.photos.listOfEvent(eventId.toHexString());
  const own = photos.filter((photo) => photo.customerAccountId === write.account.toHexString());
  await removePhotos(own, storage);
  if (!(await deleteEvent(db, write, eventId))) throw notFound('Event not found');
  return noContent();
});
