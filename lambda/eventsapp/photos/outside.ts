import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import { createLogger, type Logger } from 'banyan-strangler/lambda';
import { createVpcClient, type VpcClient } from 'banyan-strangler/vpc-proxy';
import { isInLambda, photosConfig, type PhotosConfig } from './config';
import { documentsOf } from './repository/documents';
import { multiTableRepository } from './repository/multi-table';
import type { PhotoRepository } from './repository/photo-repository';

/** What a photo function outside the VPC works with. */
export interface PhotosOutside<Name extends string> {
  readonly config: PhotosConfig;
  readonly logger: Logger;
  readonly vpc: VpcClient<Name>;
  readonly s3: S3Client;
  readonly photos: PhotoRepository;
}

interface Clients {
  readonly config: PhotosConfig;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly photos: PhotoRepository;
}

let clients: Promise<Clients> | undefined;

/**
 * Configuration and clients, the instance's own, made once. Invocations that come while they are being made wait for the same promise; one
 * that was rejected is dropped, so that the next invocation tries again.
 *
 * @param functions the only functions inside the VPC that the caller may call
 * @throws ConfigError until the environment is good
 */
export async function photosOutside<const Name extends string>(
  functionName: string,
  functions: readonly { readonly name: Name }[],
): Promise<PhotosOutside<Name>> {
  const { config, lambda, s3, photos } = await connected();
  const logger = createLogger({ level: config.logLevel, base: { function: functionName } });
  const vpc = createVpcClient({ lambda, functions, functionPrefix: config.functionPrefix, logger });
  return { config, logger, vpc, s3, photos };
}

/** Begins to make the clients while the module loads, in AWS. On one machine that would delay the start for all others. */
export function connectPhotosEarly(): void {
  if (isInLambda()) connected().catch(() => undefined);
}

function connected(): Promise<Clients> {
  const made = (clients ??= connect());
  made.catch(() => {
    if (clients === made) clients = undefined;
  });
  return made;
}

async function connect(): Promise<Clients> {
  const config = photosConfig();
  const { region, lambdaEndpoint, photosTable, refusedUploadsTable } = config;
  const [{ LambdaClient }, { S3Client }, { DynamoDBClient }, { DynamoDBDocumentClient }] = await Promise.all([
    import('@aws-sdk/client-lambda'),
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/lib-dynamodb'),
  ]);
  const documents = await documentsOf(DynamoDBDocumentClient.from(new DynamoDBClient({ region })));
  return {
    config,
    // One attempt: the VPC client makes its own, within the caller's time.
    lambda: new LambdaClient({
      region,
      maxAttempts: 1,
      ...(lambdaEndpoint !== undefined && { endpoint: lambdaEndpoint }),
    }),
    // A presigned URL cannot hold the checksum of a body that is not known yet.
    s3: new S3Client({ region, requestChecksumCalculation: 'WHEN_REQUIRED' }),
    photos: multiTableRepository(documents, { photos: photosTable, refusedUploads: refusedUploadsTable }),
  };
}
