import type { Place } from '../../shared/config/places';
import type { Environment, EnvironmentReader } from '../../shared/env';
import { isS3Location, s3LocationFault } from './s3-source';

export interface RoutesLocation {
  /** A path, or `s3://bucket/key`. */
  readonly routesFile: string;
  readonly s3Endpoint: URL | undefined;
}

/** Where the proxies' route table is: `ROUTES_FILE`, else the project's `place`. `S3_ENDPOINT` is for a local S3. */
export function readRoutesLocation(env: Environment, read: EnvironmentReader, place: Place): RoutesLocation {
  const routesFile = read.string('ROUTES_FILE', place.path);
  const fault = isS3Location(routesFile) ? s3LocationFault(routesFile) : undefined;
  if (fault !== undefined) read.faults.push(fault);
  const s3Endpoint = env['S3_ENDPOINT'] === undefined ? undefined : read.httpUrl('S3_ENDPOINT');
  return { routesFile, s3Endpoint };
}
