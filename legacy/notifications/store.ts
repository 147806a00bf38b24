import { ObjectId, type Db } from 'mongodb';

export interface NotificationDocument {
  _id: ObjectId;
  customerAccountId: ObjectId;
  /** For example `event.created`. */
  type: string;
  payload: Record<string, unknown>;
  createdAt: Date;
}

export type NotificationStore = ReturnType<typeof createNotificationStore>;

export function createNotificationStore(db: Db) {
  const notifications = db.collection<NotificationDocument>('notifications');
  return {
    async ensureIndexes(): Promise<void> {
      await notifications.createIndex({ customerAccountId: 1, createdAt: 1, _id: 1 });
    },
    /** Writes a notification; every instance of the application delivers it to its own subscribers. */
    async add(notification: Omit<NotificationDocument, '_id'>): Promise<void> {
      await notifications.insertOne({ _id: new ObjectId(), ...notification });
    },
    /** All accounts' notifications whose id was made at `time` or later, without those that are known. */
    listMadeSince(time: Date, known: readonly ObjectId[]): Promise<NotificationDocument[]> {
      const first = ObjectId.createFromTime(Math.floor(time.getTime() / 1000));
      return notifications
        .find({ _id: { $gte: first, $nin: [...known] } })
        .sort({ _id: 1 })
        .toArray();
    },
    /** When the account's notification was written; undefined if there is none of that id. */
    async createdAt(customerAccountId: ObjectId, id: ObjectId): Promise<Date | undefined> {
      return (await notifications.findOne({ _id: id, customerAccountId }))?.createdAt;
    },
    /** One account's notifications from `time` on, oldest first. */
    listOfAccountSince(customerAccountId: ObjectId, time: Date): AsyncIterable<NotificationDocument> {
      return notifications.find({ customerAccountId, createdAt: { $gte: time } }).sort({ createdAt: 1, _id: 1 });
    },
  };
}
