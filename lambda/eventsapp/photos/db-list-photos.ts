import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { ObjectId } from 'mongodb';
import { isEvent } from '../events/repository';
import { listMongoPhotos } from './repository/mongodb';
import { dbListPhotos } from './vpc-functions';

connectEarly();

/** Inside the VPC, called by list-photos, get-upload-status and all that asks whether an event is still there. */
export const handler = dbListPhotos.handler(async ({ eventId, customerAccountId, withPhotos }) => {
  const db = await mongo().db();
  const [account, event] = [new ObjectId(customerAccountId), new ObjectId(eventId)];
  if (!(await isEvent(db, account, event))) return { isEvent: false, photos: [] };
  return { isEvent: true, photos: withPhotos ? await listMongoPhotos(db, account, event) : [] };
});
