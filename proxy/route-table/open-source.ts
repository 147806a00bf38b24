import { openFileSource } from './file-source';
import { isS3Location, openS3Source } from './s3-source';
import type { RouteTableSource } from './source';

export interface SourceOptions {
  /** Another address than AWS's own, for a local system. */
  readonly s3Endpoint?: URL | undefined;
  /** ms between looks at S3; default: 5 s. */
  readonly s3Interval?: number | undefined;
}

/** Opens what `ROUTES_FILE` names, a path or `s3://bucket/key`. Nothing is read yet. */
export function openSource(location: string, { s3Endpoint, s3Interval }: SourceOptions = {}): RouteTableSource {
  return isS3Location(location)
    ? openS3Source(location, { endpoint: s3Endpoint, interval: s3Interval })
    : openFileSource(location);
}
