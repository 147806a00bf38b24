import type { S3Client } from '@aws-sdk/client-s3';
import type { Db } from 'mongodb';
import type { Photo } from '../photo';
import type { PhotoRepository } from '../repository/photo-repository';
import { unlessGone } from '../unless-gone';

/** Both stores of photos. */
export interface Stores {
  readonly db: Db;
  readonly s3: Pick<S3Client, 'send'>;
  readonly bucket: string;
  readonly photos: PhotoRepository;
}

/** What a state file is of: that of another database or bucket says nothing of these. */
export function stateKind(direction: 'copy' | 'back', { db, bucket }: Pick<Stores, 'db' | 'bucket'>): string {
  return `photos-${direction} of database ${db.databaseName} and bucket ${bucket}`;
}

/** How a step works, in either direction. */
export interface StepOptions {
  /** Photos at a time. */
  readonly batch: number;
  /** Writes nothing. */
  readonly dryRun: boolean;
}

/** The bytes of a photo in S3; undefined when its object is missing. */
export async function storedBytes({ key }: Photo, { s3, bucket }: Stores): Promise<Buffer | undefined> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const object = await unlessGone(s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
  const bytes = await object?.Body?.transformToByteArray();
  return bytes && Buffer.from(bytes);
}
