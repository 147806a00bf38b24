import { createHash } from 'node:crypto';
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { Binary, ObjectId, type Collection, type Db } from 'mongodb';
import { photoTypeOf } from '../../contracts/photos';
import { readMetadata, uploadKey, type UploadMetadata } from '../metadata';
import type { Photo } from '../photo';
import { unlessGone } from '../unless-gone';
import { countsOf, placeOf, type MigrationState } from './batches';
import { storedBytes, type StepOptions, type Stores } from './stores';

/** Where migrated objects go. Events of `uploads/` alone call a function. */
export const MIGRATED = 'migrated/';

/** The monolith takes 255 characters; an item has room for many more. */
const MAX_FILE_NAME = 1_000;
/** What a header can carry, within DynamoDB's and S3's limits. */
const CONTENT_TYPE = /^[\x20-\x7e]{0,255}$/;
/** Characters of up to four bytes. */
const MAX_TITLE = 240;

/** First everything is copied, then everything is read again from both sides and compared. */
export interface CopyState extends MigrationState {
  readonly phase: 'copy' | 'verify';
  /** Batches that were done twice count their photos as `known` the second time. */
  readonly copied: number;
  readonly known: number;
  readonly verified: number;
  readonly bytes: number;
  /** Chains of SHA-256 over ids and bytes in the order of ids: equal when everything verified is. */
  readonly mongoHash: string;
  readonly s3Hash: string;
  /** Ids of photos that the two sides disagree about, in fields or bytes, and of documents that are no whole photos; nothing is overwritten. */
  readonly different: readonly string[];
}

export const INITIAL_COPY: CopyState = {
  phase: 'copy',
  after: null,
  isDone: false,
  copied: 0,
  known: 0,
  verified: 0,
  bytes: 0,
  mongoHash: '',
  s3Hash: '',
  different: [],
};

interface MongoPhoto {
  readonly _id: ObjectId;
  readonly eventId: ObjectId;
  readonly customerAccountId: ObjectId;
  readonly createdBy: ObjectId;
  readonly fileName: string;
  readonly contentType: string;
  readonly size: number;
  readonly createdAt: Date;
  readonly data: Binary;
}

/**
 * The next batch of MongoDB's photos in the order of their ids, copied or verified by the state's phase. Verifying copies what came in the
 * meantime with a lower id.
 */
export function copyStep(stores: Stores, { batch, dryRun }: StepOptions) {
  return async (state: CopyState): Promise<{ readonly state: CopyState; readonly handled: number }> => {
    const documents = await nextPhotos(stores.db, state.after, batch);
    const last = documents.at(-1)?._id.toHexString();
    if (last === undefined) return { state: nextPhase(state, { dryRun }), handled: 0 };
    const outcomes = await Promise.all(documents.map((document) => copy(document, stores, { dryRun })));
    const count = (wanted: Outcome): number => outcomes.filter(({ outcome }) => outcome === wanted).length;
    const ids = documents.map(({ _id }) => _id.toHexString());
    const next: CopyState = {
      ...state,
      after: last,
      copied: state.copied + count('copied'),
      different: union(
        state.different,
        ids.filter((_id, index) => outcomes[index]?.outcome === 'different'),
      ),
    };
    const known = state.known + count('known');
    const handled = documents.length;
    if (state.phase === 'copy') return { state: { ...next, known, bytes: state.bytes + bytesOf(documents) }, handled };
    const stored = await Promise.all(outcomes.map(async ({ photo }) => photo && storedBytes(photo, stores)));
    const inMongo = documents.map((document) => (isWhole(document) ? Buffer.from(document.data.value()) : undefined));
    const unequal = ids.filter((_id, index) => !stored[index]?.equals(inMongo[index] ?? Buffer.alloc(0)));
    const different = union(next.different, unequal);
    const verified = state.verified + stored.filter((bytes) => bytes !== undefined).length;
    const mongoHash = chain(state.mongoHash, ids, inMongo);
    return { state: { ...next, different, verified, mongoHash, s3Hash: chain(state.s3Hash, ids, stored) }, handled };
  };
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])];

/**
 * Whether a finished copy found the same on both sides; not when photos came or went meanwhile.
 *
 * @param inMongo how many photos MongoDB has, whatever their ids are
 */
export function areEqual(
  { different, verified, mongoHash, s3Hash }: Pick<CopyState, 'different' | 'verified' | 'mongoHash' | 's3Hash'>,
  inMongo: number,
): boolean {
  return different.length === 0 && verified === inMongo && mongoHash === s3Hash;
}

function nextPhase(state: CopyState, { dryRun }: Pick<StepOptions, 'dryRun'>): CopyState {
  if (state.phase === 'verify' || dryRun) return { ...state, isDone: true };
  return { ...state, phase: 'verify', after: null };
}

type Outcome = 'copied' | 'known' | 'different';

/** Object first, then item: what DynamoDB lists can be fetched. */
async function copy(
  document: MongoPhoto,
  stores: Stores,
  { dryRun }: Pick<StepOptions, 'dryRun'>,
): Promise<{ readonly outcome: Outcome; readonly photo: Photo | undefined }> {
  const { photos } = stores;
  if (!isWhole(document)) return { outcome: 'different', photo: undefined };
  const data = Buffer.from(document.data.value());
  const photo = photoIn(document, data);
  const existing = await photos.find(photo.id);
  if (existing !== undefined) {
    if (!isSame(existing, photo)) return { outcome: 'different', photo: existing };
    // A way back that was ended between object and item left the item alone.
    if (existing.origin === 'migration' && !dryRun) await putUnlessThere(existing, data, stores);
    return { outcome: 'known', photo: existing };
  }
  if (dryRun) return { outcome: 'copied', photo };
  // MongoDB has it, DynamoDB not yet: the item is the one that the upload is about to add.
  const upload = await uploadOf(photo, stores);
  if (upload !== undefined)
    return { outcome: (await photos.add(upload)) === 'added' ? 'copied' : 'known', photo: upload };
  await putUnlessThere(photo, data, stores);
  return { outcome: (await photos.add(photo)) === 'added' ? 'copied' : 'known', photo };
}

async function putUnlessThere(
  { key, contentType, sha256 }: Photo,
  data: Buffer,
  { s3, bucket }: Stores,
): Promise<void> {
  const { HeadObjectCommand, PutObjectCommand } = await import('@aws-sdk/client-s3');
  const at = { Bucket: bucket, Key: key };
  const head = await unlessGone(s3.send(new HeadObjectCommand(at)));
  if (head?.Metadata?.['sha256'] === sha256) return;
  await s3.send(new PutObjectCommand({ ...at, Body: data, ContentType: contentType, Metadata: { sha256 } }));
}

/** The photo as its upload describes it; undefined when its object is not there, or is not the photo's upload. */
async function uploadOf(photo: Photo, { s3, bucket }: Stores): Promise<Photo | undefined> {
  const type = photoTypeOf(photo.contentType);
  if (type === undefined) return undefined;
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const key = uploadKey(photo, type);
  const head = await unlessGone(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
  const upload = head && metadataOf(head);
  if (upload?.id !== photo.id) return undefined;
  const { title, description } = upload;
  return { ...photo, title, description, key, origin: 'upload' };
}

function metadataOf({ Metadata }: HeadObjectCommandOutput): UploadMetadata | undefined {
  try {
    return readMetadata(Metadata);
  } catch {
    return undefined;
  }
}

/** Older versions of the monolith, or a hand, may have left documents that would not look the same afterwards. They stay in MongoDB alone. */
function isWhole(document: Partial<MongoPhoto>): boolean {
  const { eventId, customerAccountId, createdBy, fileName, contentType, size, createdAt, data } = document;
  const isMoment = createdAt instanceof Date && !Number.isNaN(createdAt.getTime());
  const hasIds = [eventId, customerAccountId, createdBy].every((id) => id instanceof ObjectId);
  const isTyped = typeof contentType === 'string' && CONTENT_TYPE.test(contentType);
  const isNamed = typeof fileName === 'string' && fileName.length <= MAX_FILE_NAME;
  return isMoment && hasIds && isNamed && isTyped && data instanceof Binary && size === data.length();
}

function photoIn(
  { _id, eventId, customerAccountId, createdBy, fileName, contentType, createdAt }: MongoPhoto,
  data: Buffer,
): Photo {
  const id = _id.toHexString();
  return {
    id,
    eventId: eventId.toHexString(),
    customerAccountId: customerAccountId.toHexString(),
    createdBy: createdBy.toHexString(),
    createdAt: createdAt.toISOString(),
    // The monolith knows no titles. An index holds no empty one, and none over 1 KB.
    title: Array.from(fileName).slice(0, MAX_TITLE).join('') || id,
    description: '',
    fileName,
    contentType,
    size: data.length,
    key: MIGRATED + id,
    sha256: createHash('sha256').update(data).digest('hex'),
    origin: 'migration',
  };
}

/** What clients can see of both. */
function isSame(a: Photo, b: Photo): boolean {
  const seen = ({ eventId, customerAccountId, createdAt, fileName, contentType, size, sha256 }: Photo): string =>
    JSON.stringify([eventId, customerAccountId, createdAt, fileName, contentType, size, sha256]);
  return seen(a) === seen(b);
}

/** Goes on with a chain of hashes; a missing object counts as empty. */
function chain(before: string, ids: readonly string[], photos: readonly (Buffer | undefined)[]): string {
  return photos.reduce((hash: string, bytes, index) => {
    const link = createHash('sha256')
      .update(hash)
      .update(ids[index] ?? '');
    return link.update(bytes ?? '').digest('hex');
  }, before);
}

function nextPhotos(db: Db, after: string | null, limit: number): Promise<MongoPhoto[]> {
  // Ids of other types, which the monolith cannot serve either, compare with no ObjectId.
  const filter = { _id: after === null ? { $gte: new ObjectId('0'.repeat(24)) } : { $gt: new ObjectId(after) } };
  return collection(db).find(filter).sort({ _id: 1 }).limit(limit).toArray();
}

const collection = (db: Db): Collection<MongoPhoto> => db.collection<MongoPhoto>('photos');
const bytesOf = (documents: readonly MongoPhoto[]): number =>
  documents.reduce((sum, one) => sum + (isWhole(one) ? one.data.length() : 0), 0);

/** Reads the state of a copy from its file. */
export function parseCopyState(value: Readonly<Record<string, unknown>>): CopyState {
  const { different, phase, mongoHash, s3Hash } = value;
  const numbers = countsOf(value, ['copied', 'known', 'verified', 'bytes']);
  const isState =
    Array.isArray(different) &&
    (phase === 'copy' || phase === 'verify') &&
    typeof mongoHash === 'string' &&
    typeof s3Hash === 'string';
  if (!isState) throw new TypeError('not the state of a copy');
  return { ...placeOf(value), ...numbers, phase, mongoHash, s3Hash, different: different.map(String) };
}
