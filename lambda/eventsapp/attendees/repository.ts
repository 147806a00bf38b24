import { MongoServerError, ObjectId, type Collection, type Db } from 'mongodb';

import type { AttendeeInput, AttendeeJson, AttendeeStatus } from '../contracts/attendees';
import type { Paging } from '../contracts/paging';
import { addNotification, type Notification } from '../notifications/repository';

/** A document of `attendees`, as the monolith writes it. Its index on event and email is unique. */
interface AttendeeDocument {
  readonly _id: ObjectId;
  readonly eventId: ObjectId;
  readonly customerAccountId: ObjectId;
  readonly name: string;
  readonly email: string;
  readonly status: AttendeeStatus;
  readonly createdBy: ObjectId;
  readonly createdAt: Date;
}

/** An event of an account. */
interface EventOf {
  readonly account: ObjectId;
  readonly eventId: ObjectId;
}

/** https://www.mongodb.com/docs/manual/reference/error-codes/ */
const DUPLICATE_KEY = 11_000;

/** One page of an event's attendees, in the order in which they were added, and how many there are on all pages. */
export async function listAttendees(
  db: Db,
  { account, eventId }: EventOf,
  { page, limit }: Paging,
): Promise<{ readonly attendees: readonly AttendeeJson[]; readonly total: number }> {
  const matching = { eventId, customerAccountId: account };
  const [documents, total] = await Promise.all([
    collection(db)
      .find(matching)
      .sort([
        ['createdAt', 1],
        ['_id', 1],
      ])
      .skip((page - 1) * limit)
      .limit(limit)
      .toArray(),
    collection(db).countDocuments(matching),
  ]);
  return { attendees: documents.map(toJson), total };
}

/** Stores an attendee and notifies the account. Undefined when the event has that email already: of two at once one wins. */
export async function addAttendee(
  db: Db,
  { account, eventId, createdBy, at }: EventOf & { readonly createdBy: ObjectId; readonly at: Date },
  { name, email }: AttendeeInput,
): Promise<AttendeeJson | undefined> {
  const attendee: AttendeeDocument = {
    _id: new ObjectId(),
    eventId,
    customerAccountId: account,
    name,
    email,
    status: 'registered',
    createdBy,
    createdAt: at,
  };
  try {
    await collection(db).insertOne(attendee);
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return undefined;
    throw error;
  }
  await notify(db, 'attendee.added', attendee, at);
  return toJson(attendee);
}

/** Removes an attendee and notifies the account; false when there is no such attendee of this event and account. */
export async function removeAttendee(
  db: Db,
  { account, eventId, at }: EventOf & { readonly at: Date },
  attendeeId: ObjectId,
): Promise<boolean> {
  const attendee = await collection(db).findOneAndDelete({ _id: attendeeId, eventId, customerAccountId: account });
  if (attendee === null) return false;
  await notify(db, 'attendee.removed', attendee, at);
  return true;
}

function collection(db: Db): Collection<AttendeeDocument> {
  return db.collection<AttendeeDocument>('attendees');
}

async function notify(db: Db, type: Notification['type'], attendee: AttendeeDocument, at: Date): Promise<void> {
  const { _id, eventId, customerAccountId, name } = attendee;
  const payload = { eventId: eventId.toHexString(), attendeeId: _id.toHexString(), name };
  await addNotification(db, { customerAccountId, type, payload, createdAt: at });
}

function toJson({ _id, name, email, status, createdAt }: AttendeeDocument): AttendeeJson {
  return { id: _id.toHexString(), name, email, status, createdAt };
}
