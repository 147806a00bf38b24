import { ObjectId, type Db } from 'mongodb';

/** What happened, for the streams and WebSockets of the account, which the monolith serves from this collection. */
export interface Notification {
  readonly customerAccountId: ObjectId;
  readonly type: 'event.created' | 'event.updated' | 'event.deleted' | 'attendee.added' | 'attendee.removed';
  readonly payload: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

/** Writes a notification. The monolith delivers it within its polling interval, regardless of who wrote it. */
export async function addNotification(db: Db, notification: Notification): Promise<void> {
  await db.collection('notifications').insertOne({ _id: new ObjectId(), ...notification });
}
