import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { connectEarly, mongo } from 'banyan-strangler/mongo';
import { ObjectId } from 'mongodb';
import { isEvent } from '../events/repository';
import { bucketConfig } from './config';
import { unlessGone } from './unless-gone';
import { removeMongoPhoto, storeMongoPhoto } from './repository/mongodb';
import { dbStorePhoto } from './vpc-functions';

connectEarly();

let client: S3Client | undefined;

/** Inside the VPC, called by process-uploaded-photo. The bytes come from S3 and not with the call, which takes 6 MB of JSON at most. */
export const handler = dbStorePhoto.handler(async ({ key, sha256, ...photo }) => {
  const { region, bucket } = bucketConfig();
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  client ??= new S3Client({ region });
  const object = await unlessGone(client.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
  const data = await object?.Body?.transformToByteArray();
  if (data === undefined || createHash('sha256').update(data).digest('hex') !== sha256) return { outcome: 'gone' };
  const db = await mongo().db();
  const outcome = await storeMongoPhoto(db, photo, data);
  // Asked afterwards: who deletes an event removes its photos after it, so one that is there now takes this photo with it.
  if (await isEvent(db, new ObjectId(photo.customerAccountId), new ObjectId(photo.eventId))) return { outcome };
  await removeMongoPhoto(db, new ObjectId(photo.id));
  return { outcome: 'no such event' };
});
