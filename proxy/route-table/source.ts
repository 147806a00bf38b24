import { ConfigError } from '../../shared/errors';

/** Where the text of a route table comes from: a file, or an object in S3. */
export interface RouteTableSource {
  /** ms until it is worth another look. */
  pause(): number;
  read(): Promise<string>;
  /** The text, if it is not the one that was read last. Throws ConfigError when it cannot be read. */
  readIfChanged(): Promise<string | undefined>;
  /** Of what was read last, where versions are kept. */
  version(): string | undefined;
  close(): void;
}

/** The largest table that is read, in bytes; 10,000 routes need about 1 MB. */
export const MAX_TABLE_BYTES = 4 * 1024 * 1024;

/** @throws ConfigError for a text that is too large for a route table */
export function refuseLarge(bytes: number, location: string): void {
  if (bytes > MAX_TABLE_BYTES)
    throw new ConfigError('Route table', [
      `${location} is larger than ${MAX_TABLE_BYTES} bytes; is it the right file?`,
    ]);
}
