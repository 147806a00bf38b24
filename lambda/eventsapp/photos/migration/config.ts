import { readEnvironment } from 'banyan-strangler/lambda';
import type { PhotoTables } from '../repository/multi-table';

/** What the migration of photos reads from its environment; the AWS SDK reads region and credentials itself. */
export interface MigrationConfig {
  readonly mongodbUri: string;
  readonly bucket: string;
  readonly tables: PhotoTables;
}

/** This process's environment. Throws ConfigError naming every bad variable at once. */
export function migrationConfig(): MigrationConfig {
  return readEnvironment(process.env, (read) => ({
    mongodbUri: read.mongodbUri('MONGODB_URI'),
    bucket: read.string('PHOTOS_BUCKET'),
    tables: { photos: read.string('PHOTOS_TABLE'), refusedUploads: read.string('REFUSED_UPLOADS_TABLE') },
  }));
}

/** The table of the schema migration. Throws ConfigError. */
export function singleTable(): string {
  return readEnvironment(process.env, (read) => ({ table: read.string('SINGLE_TABLE') })).table;
}
