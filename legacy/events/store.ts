import { ObjectId, type Db, type Filter, type Sort } from 'mongodb';
import type { AttendeeDocument } from '../attendees/store';
import type { Paging } from '../paging';
import type { PhotoDocument } from '../photos/store';

export const EVENT_STATUSES = ['draft', 'published', 'cancelled'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

export const ACTIVITY_TYPES = ['view', 'registration', 'share'] as const;
export type ActivityType = (typeof ACTIVITY_TYPES)[number];

export interface EventDocument {
  _id: ObjectId;
  customerAccountId: ObjectId;
  title: string;
  description: string;
  status: EventStatus;
  tags: string[];
  venue: string | null;
  startsAt: Date;
  endsAt: Date | null;
  /** null: no limit. */
  capacity: number | null;
  createdBy: ObjectId;
  createdAt: Date;
  updatedAt: Date;
}

/** One document for each view, registration or share; the metrics add them up. */
export interface ActivityDocument {
  _id: ObjectId;
  eventId: ObjectId;
  customerAccountId: ObjectId;
  type: ActivityType;
  at: Date;
}

/** What a client sets; the rest is ours. */
export type EventInput = Pick<
  EventDocument,
  'title' | 'description' | 'status' | 'tags' | 'venue' | 'startsAt' | 'endsAt' | 'capacity'
>;

export interface EventListQuery extends Paging {
  readonly status?: EventStatus;
  /** Events with any of these. */
  readonly tags?: readonly string[];
  /** Part of the title, in any case. */
  readonly q?: string;
  readonly sort: { readonly field: 'startsAt' | 'title' | 'createdAt'; readonly direction: 1 | -1 };
}

export type EventStore = ReturnType<typeof createEventStore>;

/** Every query names the customer account: an event of another account is as good as none. */
export function createEventStore(db: Db) {
  const events = db.collection<EventDocument>('events');
  const activities = db.collection<ActivityDocument>('eventActivity');
  const attendees = db.collection<AttendeeDocument>('attendees');
  const photos = db.collection<PhotoDocument>('photos');
  return {
    async ensureIndexes(): Promise<void> {
      await events.createIndex({ customerAccountId: 1, startsAt: 1, _id: 1 });
      await events.createIndex({ customerAccountId: 1, title: 1, _id: 1 });
      await events.createIndex({ customerAccountId: 1, createdAt: 1, _id: 1 });
    },

    async list(
      customerAccountId: ObjectId,
      query: EventListQuery,
    ): Promise<{ events: EventDocument[]; total: number }> {
      const filter: Filter<EventDocument> = { customerAccountId };
      if (query.status !== undefined) filter.status = query.status;
      if (query.tags !== undefined) filter.tags = { $in: [...query.tags] };
      if (query.q !== undefined) filter.title = { $regex: escapeForRegex(query.q), $options: 'i' };
      // Equal values follow the id in the same direction, so that one index serves both directions.
      const sort: Sort = { [query.sort.field]: query.sort.direction, _id: query.sort.direction };
      const [page, total] = await Promise.all([
        events
          .find(filter)
          .sort(sort)
          .skip((query.page - 1) * query.limit)
          .limit(query.limit)
          .toArray(),
        events.countDocuments(filter),
      ]);
      return { events: page, total };
    },

    find(customerAccountId: ObjectId, id: ObjectId): Promise<EventDocument | null> {
      return events.findOne({ _id: id, customerAccountId });
    },

    async create(event: Omit<EventDocument, '_id'>): Promise<EventDocument> {
      const document = { _id: new ObjectId(), ...event };
      await events.insertOne(document);
      return document;
    },

    /** The event as it is after the change, or null if there is none. */
    replace(
      customerAccountId: ObjectId,
      id: ObjectId,
      input: EventInput,
      updatedAt: Date,
    ): Promise<EventDocument | null> {
      return events.findOneAndUpdate(
        { _id: id, customerAccountId },
        { $set: { ...input, updatedAt } },
        { returnDocument: 'after' },
      );
    },

    /** Removes an event with its activity, attendees and photos; returns what was removed. */
    async remove(customerAccountId: ObjectId, id: ObjectId): Promise<EventDocument | null> {
      const removed = await events.findOneAndDelete({ _id: id, customerAccountId });
      if (!removed) return null;
      await activities.deleteMany({ eventId: id, customerAccountId });
      await attendees.deleteMany({ eventId: id, customerAccountId });
      await photos.deleteMany({ eventId: id, customerAccountId });
      return removed;
    },

    async addActivity(activity: Omit<ActivityDocument, '_id'>): Promise<void> {
      await activities.insertOne({ _id: new ObjectId(), ...activity });
    },
  };
}

function escapeForRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
