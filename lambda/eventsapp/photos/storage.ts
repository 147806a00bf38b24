import type { S3Client } from '@aws-sdk/client-s3';
import { isInLambda, storageConfig, type StorageConfig } from './config';
import { documentsOf } from './repository/documents';
import { multiTableRepository } from './repository/multi-table';
import type { PhotoRepository } from './repository/photo-repository';

/** Where photos are outside MongoDB. */
export interface PhotoStorage {
  readonly bucket: string;
  readonly s3: S3Client;
  readonly photos: PhotoRepository;
}

/**
 * Clients of S3 and DynamoDB, the instance's own.
 *
 * @throws ConfigError until the environment is good
 */
export const photoStorage = onceMade(() => connect(storageConfig()));

/** Begins to make the clients while the module loads, in AWS. On one machine that would delay the start for all others. */
export function connectStorageEarly(): void {
  if (isInLambda()) photoStorage().catch(() => undefined);
}

/** Makes something once: who asks meanwhile waits for the same promise; one that was rejected is dropped, so that the next try is a new one. */
export function onceMade<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    const current = (made ??= Promise.resolve().then(make));
    current.catch(() => {
      if (made === current) made = undefined;
    });
    return current;
  };
}

async function connect({ region, bucket, photosTable, refusedUploadsTable }: StorageConfig): Promise<PhotoStorage> {
  const [{ S3Client }, { DynamoDBClient }, { DynamoDBDocumentClient }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/lib-dynamodb'),
  ]);
  const documents = await documentsOf(DynamoDBDocumentClient.from(new DynamoDBClient({ region })));
  return {
    bucket,
    // A presigned URL cannot hold the checksum of a body that is not known yet.
    s3: new S3Client({ region, requestChecksumCalculation: 'WHEN_REQUIRED' }),
    photos: multiTableRepository(documents, { photos: photosTable, refusedUploads: refusedUploadsTable }),
  };
}
