import { Double, ObjectId, type Db, type Document } from 'mongodb';
import { DEMO_IDS } from '../../seed';
import type { Mutant, PassingAnswer, PassingRequest } from './mutant';

const isWritten = ({ statusCode }: PassingAnswer, { method }: PassingRequest): boolean =>
  statusCode < 300 && method !== 'GET' && method !== 'HEAD';

/** Does something after each request that has written. */
const afterWrite = (name: string, change: (db: Db) => Promise<unknown>): Mutant => ({
  name,
  dataAfter: isWritten,
  async data(db) {
    await change(db);
  },
});

const EVENT = /\/api\/events\/([0-9a-f]{24})(?:[?]|$)/i;

/** Of each event that has any. */
const FIRST_ATTENDEES = [1, 46, 67, 73, 74, 86, 88];

/** The document that was made last, if it was made just now. */
async function newest(db: Db, collection: string): Promise<Document | undefined> {
  const [found] = await db.collection(collection).find().sort({ createdAt: -1, _id: -1 }).limit(1).toArray();
  const createdAt: unknown = found?.['createdAt'];
  return createdAt instanceof Date && Date.now() - createdAt.getTime() < 10_000 ? found : undefined;
}

/** Changes what was just made. */
const inNewest = (name: string, collection: string, update: (document: Document) => Document | undefined): Mutant =>
  afterWrite(name, async (db) => {
    const found = await newest(db, collection);
    const change = found === undefined ? undefined : update(found);
    if (change !== undefined) await db.collection(collection).updateOne({ _id: found?.['_id'] as ObjectId }, change);
  });

/** What an answer does not show: what the function did to the data. */
export const DATA_MUTANTS: readonly Mutant[] = [
  afterWrite('an extra write: an audit log', (db) => db.collection('audit').insertOne({ at: new Date() })),
  {
    name: 'an extra write: reading counts as a view',
    dataAfter: ({ statusCode }, { method, path }) =>
      method === 'GET' && statusCode === 200 && /\/api\/events\/[0-9a-f]{24}$/i.test(path),
    async data(db) {
      await db.collection('eventActivity').insertOne({ type: 'view', at: new Date() });
    },
  },
  {
    name: 'an extra write: the session is saved at every request',
    async data(db) {
      await db.collection('sessions').updateMany({}, { $set: { lastModified: new Date() } });
    },
  },
  afterWrite('a missing write: no notification', async (db) => {
    const found = await newest(db, 'notifications');
    if (found !== undefined) await db.collection('notifications').deleteOne({ _id: found['_id'] as ObjectId });
  }),
  afterWrite('a write twice: two notifications', async (db) => {
    const found = await newest(db, 'notifications');
    if (found !== undefined) await db.collection('notifications').insertOne({ ...found, _id: new ObjectId() });
  }),
  inNewest('a notification of another type', 'notifications', () => ({ $set: { type: 'event.changed' } })),
  inNewest('a notification about another event', 'notifications', () => ({
    $set: { 'payload.eventId': DEMO_IDS.event(2).toHexString() },
  })),
  inNewest('a notification for another account', 'notifications', () => ({
    $set: { customerAccountId: DEMO_IDS.otherAccount },
  })),
  inNewest('an id stored as a text', 'events', (event) => ({
    $set: { customerAccountId: String(event['customerAccountId']) },
  })),
  inNewest('a whole number stored as a double', 'events', ({ capacity }) =>
    typeof capacity === 'number' ? { $set: { capacity: new Double(capacity) } } : undefined,
  ),
  inNewest('a date stored as a text', 'events', ({ startsAt }) => ({ $set: { startsAt: String(startsAt) } })),
  inNewest('createdAt an hour ago', 'attendees', () => ({ $set: { createdAt: new Date(Date.now() - 3_600_000) } })),
  inNewest('an email stored as it was typed', 'attendees', ({ email }) => ({
    $set: { email: String(email).toUpperCase() },
  })),
  inNewest('a field too many in the database', 'events', () => ({ $set: { source: 'lambda' } })),
  inNewest('a report that is done at once', 'reports', () => ({ $set: { status: 'done' } })),
  {
    name: 'what belongs to a deleted event is left',
    dataAfter: ({ statusCode }, { method, path }) => method === 'DELETE' && statusCode === 204 && EVENT.test(path),
    async data(db, _answer, { path }) {
      const eventId = new ObjectId(EVENT.exec(path)?.[1]);
      // Whichever of these is gone was removed with the event.
      for (const first of FIRST_ATTENDEES)
        await db
          .collection('attendees')
          .updateOne({ _id: DEMO_IDS.attendee(first) }, { $setOnInsert: { eventId } }, { upsert: true });
    },
  },
  {
    name: 'updatedAt is not set',
    dataAfter: ({ statusCode }, { method }) => statusCode === 200 && (method === 'PUT' || method === 'PATCH'),
    async data(db) {
      for (const name of ['events', 'customerAccounts'])
        await db
          .collection(name)
          .updateMany({ updatedAt: { $gt: new Date(Date.now() - 10_000) } }, { $set: { updatedAt: new Date(0) } });
    },
  },
];
