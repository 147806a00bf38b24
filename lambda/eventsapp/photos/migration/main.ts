/** `npm run migrate:photos`: photos from MongoDB to S3 and DynamoDB, and back; and the schema migration of the single table. */
import { parseArgs } from 'node:util';
import { ConfigError } from 'banyan-strangler/lambda';
import { MongoClient } from 'mongodb';
import { documentsOf } from '../repository/documents';
import { multiTableRepository } from '../repository/multi-table';
import { migrationConfig, singleTable } from './config';
import { fileStore, noStore, runBatches, type MigrationState, type RunOptions } from './batches';
import { backStep, INITIAL_BACK, parseBackState } from './copy-back';
import { areEqual, copyStep, INITIAL_COPY, parseCopyState } from './copy-photos';
import { INITIAL_SCHEMA, parseSchemaState, schemaStep } from './migrate-schema';
import { stateKind, type Stores } from './stores';

const HELP = `npm run migrate:photos -- [options]: MongoDB's photos to S3 and DynamoDB, while both sides answer as before.

  --dry-run        says what would be done; writes nothing, no state either
  --back           MongoDB gets photos that it lacks; then what the migration made is removed
  --schema         instead: gives the single table's items the keys of gsi3 (with --back: takes them away)
  --state <file>   where it is to go on after an interruption (photos-migration.json); each direction has its own
  --batch <n>      photos at a time (25)
  --rate <n>       photos a second at most (100)

It may be stopped at any moment and started again with the same state file; after the end it begins again. Ctrl-C ends after the batch.
Exit code 1: the two sides differ; 2: it could not run; 130: stopped.

Variables: MONGODB_URI, PHOTOS_BUCKET, PHOTOS_TABLE, REFUSED_UPLOADS_TABLE, with --schema only SINGLE_TABLE; AWS_REGION and credentials as the
AWS SDK reads them. It runs inside the VPC, where S3 and DynamoDB are reached by gateway endpoints.
`;

interface Arguments {
  readonly dryRun: boolean;
  readonly back: boolean;
  readonly schema: boolean;
  readonly state: string;
  readonly batch: number;
  readonly rate: number;
}

async function main(): Promise<number> {
  const options = {
    'dry-run': { type: 'boolean', default: false },
    back: { type: 'boolean', default: false },
    schema: { type: 'boolean', default: false },
    state: { type: 'string', default: 'photos-migration.json' },
    batch: { type: 'string', default: '25' },
    rate: { type: 'string', default: '100' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) return print(HELP);
  const given: Arguments = {
    dryRun: values['dry-run'],
    back: values.back,
    schema: values.schema,
    state: values.state,
    batch: wholeNumber('--batch', values.batch),
    rate: wholeNumber('--rate', values.rate),
  };
  return given.schema ? migrateSchema(given) : migratePhotos(given);
}

async function migratePhotos(given: Arguments): Promise<number> {
  const config = migrationConfig();
  const { S3Client } = await import('@aws-sdk/client-s3');
  const client = await MongoClient.connect(config.mongodbUri);
  try {
    const photos = multiTableRepository(await documentClient(), config.tables);
    const stores: Stores = { db: client.db(), s3: new S3Client({}), bucket: config.bucket, photos };
    if (given.back) {
      const state = await run(given, stateKind('back', stores), INITIAL_BACK, parseBackState, backStep(stores, given));
      return exitCode(state, { isEqual: true });
    }
    const state = await run(given, stateKind('copy', stores), INITIAL_COPY, parseCopyState, copyStep(stores, given));
    const inMongo = await stores.db.collection('photos').countDocuments();
    print(`MongoDB has ${inMongo} photos; ${state.verified} verified, ${state.different.length} differ\n`);
    return exitCode(state, { isEqual: given.dryRun || areEqual(state, inMongo) });
  } finally {
    await client.close();
  }
}

async function migrateSchema(given: Arguments): Promise<number> {
  const table = singleTable();
  const step = schemaStep({ ...given, documents: await documentClient(), table });
  return exitCode(
    await run(given, `schema${given.back ? '-back' : ''} of table ${table}`, INITIAL_SCHEMA, parseSchemaState, step),
    {
      isEqual: true,
    },
  );
}

async function documentClient() {
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const { DynamoDBDocumentClient } = await import('@aws-sdk/lib-dynamodb');
  return documentsOf(DynamoDBDocumentClient.from(new DynamoDBClient({})));
}

let isStopped = false;

function run<State extends MigrationState>(
  { dryRun, state, rate }: Arguments,
  kind: string,
  initial: State,
  parse: (value: Readonly<Record<string, unknown>>) => State,
  step: RunOptions<State>['step'],
): Promise<State> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopped = true));
  const store = dryRun ? noStore<State>() : fileStore(state, kind, parse);
  const onProgress = (now: State): void => void print(`${describe(now)}\n`);
  return runBatches({ store, initial, step, rate, onProgress, isStopped: () => isStopped });
}

function describe(state: MigrationState): string {
  const parts = Object.entries(state).filter(([, value]) => typeof value === 'number' || typeof value === 'string');
  return parts
    .map(([name, value]) => `${name} ${name.endsWith('Hash') ? String(value).slice(0, 12) : value}`)
    .join('  ');
}

function exitCode({ isDone }: MigrationState, { isEqual }: { readonly isEqual: boolean }): number {
  if (!isDone) return 130;
  return (
    print(isEqual ? 'Done\n' : 'Done, but the two sides differ: see the counts, and "different" in the state file\n') +
    (isEqual ? 0 : 1)
  );
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new ConfigError('Arguments', [`${name} must be a whole number above 0, found ${text}`]);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const faults =
      error instanceof ConfigError ? error.faults : [error instanceof Error ? error.message : String(error)];
    for (const fault of faults) process.stderr.write(`migrate:photos: ${fault}\n`);
    process.exit(2);
  },
);
