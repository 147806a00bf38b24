import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { ObjectId } from 'mongodb';
import { isEvent } from '../events/repository';
import { dbCheckPhotoUpload } from './vpc-functions';

connectEarly();

/** Inside the VPC, called by initiate-upload. A cancelled registration does not count. */
export const handler = dbCheckPhotoUpload.handler(async ({ eventId, customerAccountId, userId }) => {
  const db = await mongo().db();
  const [account, event] = [new ObjectId(customerAccountId), new ObjectId(eventId)];
  if (!(await isEvent(db, account, event))) return { outcome: 'no such event' };
  const user = await db.collection('users').findOne({ _id: new ObjectId(userId), customerAccountId: account });
  const email: unknown = user?.['email'];
  if (typeof email !== 'string') return { outcome: 'not registered' };
  // The monolith stores an attendee's email in lower case.
  const registered = { eventId: event, customerAccountId: account, email: email.toLowerCase(), status: 'registered' };
  const attendee = await db.collection('attendees').findOne(registered);
  return { outcome: attendee === null ? 'not registered' : 'allowed' };
});
