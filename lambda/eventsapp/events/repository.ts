import type { Collection, Db, Filter, ObjectId } from 'mongodb';

import type { EventJson, EventStatus, ListEventsQuery } from '../contracts/events';

/** A document of `events`, as the monolith writes it. */
export interface EventDocument {
  readonly _id: ObjectId;
  readonly customerAccountId: ObjectId;
  readonly title: string;
  readonly description: string;
  readonly status: EventStatus;
  readonly tags: readonly string[];
  readonly venue: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly capacity: number | null;
  readonly createdBy: ObjectId;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface EventPage {
  readonly events: readonly EventJson[];
  readonly total: number;
}

/** One page of an account's events, and how many there are on all pages. */
export async function listEvents(db: Db, account: ObjectId, query: ListEventsQuery): Promise<EventPage> {
  const { sort, page, limit } = query;
  const matching = eventFilter(account, query);
  const field = sort.replace(/^-/, '');
  const direction = sort.startsWith('-') ? -1 : 1;
  const [documents, total] = await Promise.all([
    collection(db)
      .find(matching)
      // The monolith breaks ties by id in the direction of the sort.
      .sort([
        [field, direction],
        ['_id', direction],
      ])
      .skip((page - 1) * limit)
      .limit(limit)
      .toArray(),
    collection(db).countDocuments(matching),
  ]);
  return { events: documents.map(toJson), total };
}

/** An event of this account; undefined for one that does not exist or belongs to another. */
export async function findEvent(db: Db, account: ObjectId, eventId: ObjectId): Promise<EventJson | undefined> {
  const document = await collection(db).findOne({ _id: eventId, customerAccountId: account });
  return document === null ? undefined : toJson(document);
}

/** Whether the account has this event, whatever its document holds. */
export async function isEvent(db: Db, account: ObjectId, eventId: ObjectId): Promise<boolean> {
  const filter = { _id: eventId, customerAccountId: account };
  return (await collection(db).findOne(filter, { projection: { _id: 1 } })) !== null;
}

function collection(db: Db): Collection<EventDocument> {
  return db.collection<EventDocument>('events');
}

function eventFilter(customerAccountId: ObjectId, { status, tags, q }: ListEventsQuery): Filter<EventDocument> {
  return {
    customerAccountId,
    ...(status !== undefined && { status }),
    ...(tags !== undefined && { tags: { $in: [...tags] } }),
    ...(q !== undefined && { title: { $regex: literally(q), $options: 'i' } }),
  };
}

/** The text with every character escaped that means something in a regular expression. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** An event as clients see it. */
export function toJson(event: EventDocument): EventJson {
  return {
    id: event._id.toHexString(),
    title: event.title,
    description: event.description,
    status: event.status,
    tags: event.tags,
    venue: event.venue,
    startsAt: event.startsAt.toISOString(),
    endsAt: event.endsAt === null ? null : event.endsAt.toISOString(),
    capacity: event.capacity,
    createdBy: event.createdBy.toHexString(),
    createdAt: event.createdAt.toISOString(),
    updatedAt: event.updatedAt.toISOString(),
  };
}
