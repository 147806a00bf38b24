import {
  type Environment,
  type EnvironmentReader,
  LOG_LEVELS,
  type LogLevel,
  readEnvironment,
} from 'banyan-strangler/lambda';

const MONOLITH_PHOTOS = ['kept', 'retired'] as const;

/** Where photos are outside MongoDB. The AWS SDK itself reads `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL_DYNAMODB`. */
export interface StorageConfig {
  readonly region: string;
  readonly bucket: string;
  readonly photosTable: string;
  readonly refusedUploadsTable: string;
}

/** What the photo functions outside the VPC read. */
export interface PhotosConfig extends StorageConfig {
  /** `kept`: every photo is in MongoDB too. `retired`: the monolith's photo routes are, and MongoDB is not asked any more. */
  readonly monolithPhotos: (typeof MONOLITH_PHOTOS)[number];
  readonly functionPrefix: string;
  readonly lambdaEndpoint: string | undefined;
  readonly logLevel: LogLevel;
}

/**
 * Reads an environment.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function readPhotosConfig(env: Environment): PhotosConfig {
  return readEnvironment(env, (reader) => ({
    ...storageIn(reader),
    monolithPhotos: reader.oneOf('MONOLITH_PHOTOS', MONOLITH_PHOTOS, 'kept'),
    functionPrefix: reader.string('FUNCTION_PREFIX'),
    lambdaEndpoint: reader.optionalString('LAMBDA_ENDPOINT'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
  }));
}

/** This process's environment. */
export function photosConfig(): PhotosConfig {
  return readPhotosConfig(process.env);
}

/** Of what reads or removes photos without asking MongoDB. Throws ConfigError. */
export function storageConfig(): StorageConfig {
  return readEnvironment(process.env, storageIn);
}

function storageIn(reader: EnvironmentReader): StorageConfig {
  return {
    region: reader.string('AWS_REGION'),
    bucket: reader.string('PHOTOS_BUCKET'),
    photosTable: reader.string('PHOTOS_TABLE'),
    refusedUploadsTable: reader.string('REFUSED_UPLOADS_TABLE'),
  };
}

/** Of a function inside the VPC, which reads the bucket alone. Throws ConfigError. */
export function bucketConfig(): { readonly region: string; readonly bucket: string } {
  return readEnvironment(process.env, (reader) => ({
    region: reader.string('AWS_REGION'),
    bucket: reader.string('PHOTOS_BUCKET'),
  }));
}

/** True in AWS, where initialisation is free of charge to begin while the module loads. */
export const isInLambda = (): boolean => process.env['AWS_EXECUTION_ENV'] !== undefined;

/** Where a function's zip is unpacked; Lambda sets it. Elsewhere the working directory. */
export const taskRoot = (): string => process.env['LAMBDA_TASK_ROOT'] ?? process.cwd();
