import { createLogger, type Logger } from 'banyan-strangler/lambda';
import { createVpcClient, type VpcClient } from 'banyan-strangler/vpc-proxy';
import { isInLambda, photosConfig, type PhotosConfig } from './config';
import { onceMade, photoStorage, type PhotoStorage } from './storage';

/** What a photo function outside the VPC works with. */
export interface PhotosOutside<Name extends string> extends Pick<PhotoStorage, 's3' | 'photos'> {
  readonly config: PhotosConfig;
  readonly logger: Logger;
  readonly vpc: VpcClient<Name>;
}

/**
 * Configuration and clients, the instance's own, made once.
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

const connected = onceMade(async () => {
  const config = photosConfig();
  const { region, lambdaEndpoint } = config;
  const [{ LambdaClient }, storage] = await Promise.all([import('@aws-sdk/client-lambda'), photoStorage()]);
  // One attempt: the VPC client makes its own, within the caller's time.
  const endpoint = lambdaEndpoint === undefined ? {} : { endpoint: lambdaEndpoint };
  return { config, lambda: new LambdaClient({ region, maxAttempts: 1, ...endpoint }), ...storage };
});
