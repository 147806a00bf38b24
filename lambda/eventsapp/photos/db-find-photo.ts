import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { ObjectId } from 'mongodb';
import { findMongoPhoto } from './repository/mongodb';
import { dbFindPhoto, MAX_ANSWER_BYTES } from './vpc-functions';

connectEarly();

/** Inside the VPC, called by get-photo: whether MongoDB still has a photo, and the bytes of one that it alone has. */
export const handler = dbFindPhoto.handler(async ({ photoId, customerAccountId, withData }) => {
  const photo = await findMongoPhoto(await mongo().db(), new ObjectId(customerAccountId), new ObjectId(photoId));
  if (photo === undefined) return { photo: null };
  const fits = photo.data.length <= MAX_ANSWER_BYTES;
  return { photo: { ...photo, data: withData && fits ? photo.data.toString('base64') : null } };
});
