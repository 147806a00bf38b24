import { MongoServerError, ObjectId, type Db } from 'mongodb';
import type { Paging } from '../paging';

const DUPLICATE_KEY = 11000;

export interface AttendeeDocument {
  _id: ObjectId;
  eventId: ObjectId;
  customerAccountId: ObjectId;
  name: string;
  /** Lower case; an email is registered once for an event. */
  email: string;
  status: 'registered' | 'cancelled';
  createdBy: ObjectId;
  createdAt: Date;
}

/** What a client sets; the rest is ours. */
export type AttendeeInput = Pick<AttendeeDocument, 'name' | 'email'>;

export type AttendeeStore = ReturnType<typeof createAttendeeStore>;

export function createAttendeeStore(db: Db) {
  const attendees = db.collection<AttendeeDocument>('attendees');
  return {
    async ensureIndexes(): Promise<void> {
      await attendees.createIndex({ eventId: 1, email: 1 }, { unique: true }, {});
      await attendees.createIndex({ eventId: 1, createdAt: 1, _id: 1 });
      await attendees.createIndex({ customerAccountId: 1, createdAt: 1 });
    },

    /** One page of an event's attendees, in the order in which they were added. */
    async list(
      customerAccountId: ObjectId,
      eventId: ObjectId,
      { page, limit }: Paging,
    ): Promise<{ attendees: AttendeeDocument[]; total: number }> {
      const filter = { eventId, customerAccountId };
      const [found, total] = await Promise.all([
        attendees
          .find(filter)
          .sort({ createdAt: 1, _id: 1 })
          .skip((page - 1) * limit)
          .limit(limit)
          .toArray(),
        attendees.countDocuments(filter),
      ]);
      return { attendees: found, total };
    },

    /** The attendee as stored, or undefined if the event has that email already; of two at the same time one wins. */
    async add(attendee: Omit<AttendeeDocument, '_id'>): Promise<AttendeeDocument | undefined> {
      const document = { _id: new ObjectId(), ...attendee };
      try {
        await attendees.insertOne(document);
      } catch (error) {
        if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return undefined;
        throw error;
      }
      return document;
    },

    /** Removes an attendee of an event; returns who was removed. */
    remove(customerAccountId: ObjectId, eventId: ObjectId, id: ObjectId): Promise<AttendeeDocument | null> {
      return attendees.findOneAndDelete({ _id: id, eventId, customerAccountId });
    },
  };
}
