import { ObjectId, type Collection, type Db } from 'mongodb';

import type { ActivityType } from '../contracts/activity';
import type { EventInput } from '../contracts/event-input';
import type { EventJson } from '../contracts/events';
import { addNotification, type Notification } from '../notifications/repository';
import { toJson, type EventDocument } from './repository';

/** Whose event it is or becomes, and when it is written. */
interface Write {
  readonly account: ObjectId;
  readonly at: Date;
}

/** Stores a new event and notifies the account. */
export async function createEvent(
  db: Db,
  { account, createdBy, at }: Write & { readonly createdBy: ObjectId },
  input: EventInput,
): Promise<EventJson> {
  const event = {
    _id: new ObjectId(),
    customerAccountId: account,
    ...input,
    createdBy,
    createdAt: at,
    updatedAt: at,
  };
  await collection(db).insertOne(event);
  await notify(db, 'event.created', event, at);
  return toJson(event);
}

/** Replaces all that clients may set of an event; undefined for one that does not exist or belongs to another account. */
export async function replaceEvent(
  db: Db,
  { account, at }: Write,
  eventId: ObjectId,
  input: EventInput,
): Promise<EventJson | undefined> {
  const event = await collection(db).findOneAndUpdate(
    { _id: eventId, customerAccountId: account },
    { $set: { ...input, updatedAt: at } },
    { returnDocument: 'after' },
  );
  if (event === null) return undefined;
  await notify(db, 'event.updated', event, at);
  return toJson(event);
}

/** Deletes an event with its activity, attendees and photos; false when there is no such event of this account. */
export async function deleteEvent(db: Db, { account, at }: Write, eventId: ObjectId): Promise<boolean> {
  const event = await collection(db).findOneAndDelete({ _id: eventId, customerAccountId: account });
  if (event === null) return false;
  for (const name of ['eventActivity', 'attendees', 'photos']) {
    await db.collection(name).deleteMany({ eventId, customerAccountId: account });
  }
  await notify(db, 'event.deleted', event, at);
  return true;
}

/** Stores one activity of an event. */
export async function addActivity(
  db: Db,
  { account, at }: Write,
  { eventId, type }: { readonly eventId: ObjectId; readonly type: ActivityType },
): Promise<void> {
  await db
    .collection('eventActivity')
    .insertOne({ _id: new ObjectId(), eventId, customerAccountId: account, type, at });
}

function collection(db: Db): Collection<EventDocument> {
  return db.collection<EventDocument>('events');
}

async function notify(db: Db, type: Notification['type'], event: EventDocument, at: Date): Promise<void> {
  const { _id, customerAccountId, title, status } = event;
  await addNotification(db, {
    customerAccountId,
    type,
    payload: { eventId: _id.toHexString(), title, status },
    createdAt: at,
  });
}
