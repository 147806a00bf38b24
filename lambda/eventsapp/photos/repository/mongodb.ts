import { Binary, MongoServerError, ObjectId, type Collection, type Db } from 'mongodb';
import { mediaTypeOf } from '../media-type';
import type { Photo } from '../photo';

/** A document of `photos`, as the monolith writes it; old ones may hold something else. */
interface PhotoDocument {
  readonly _id: ObjectId;
  readonly eventId: ObjectId;
  readonly customerAccountId: ObjectId;
  readonly fileName: unknown;
  readonly contentType: unknown;
  readonly size: number;
  readonly data: Binary;
  readonly createdBy: ObjectId;
  readonly createdAt: Date;
}

/** https://www.mongodb.com/docs/manual/reference/error-codes/ */
const DUPLICATE_KEY = 11_000;

/** A photo as the monolith lists it; JSON leaves out what an old document does not have. */
export interface ListedPhoto {
  readonly id: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** An event's photos without their bytes, oldest first. */
export async function listMongoPhotos(db: Db, customerAccountId: ObjectId, eventId: ObjectId): Promise<ListedPhoto[]> {
  const found = await collection(db)
    .find({ eventId, customerAccountId })
    .project<Omit<PhotoDocument, 'data'>>({ data: 0 })
    .sort([
      ['createdAt', 1],
      ['_id', 1],
    ])
    .toArray();
  return found.map(({ _id, fileName, contentType, size, createdAt }) => {
    const id = _id.toHexString();
    return { id, json: { id, fileName, contentType, size, createdAt } };
  });
}

/** A photo of the account with its bytes, and with the headers that the monolith gives it. */
export async function findMongoPhoto(
  db: Db,
  customerAccountId: ObjectId,
  photoId: ObjectId,
): Promise<{ readonly fileName: string; readonly contentType: string; readonly data: Buffer } | undefined> {
  const photo = await collection(db).findOne({ _id: photoId, customerAccountId });
  if (photo === null) return undefined;
  return {
    fileName: String(photo.fileName),
    contentType: mediaTypeOf(photo.contentType),
    data: Buffer.from(photo.data.value()),
  };
}

/** Writes a whole photo as the monolith does; `known` when it is there, which then stays as it is. */
export async function storeMongoPhoto(
  db: Db,
  photo: Pick<Photo, 'id' | 'eventId' | 'customerAccountId' | 'fileName' | 'contentType' | 'createdBy' | 'createdAt'>,
  data: Uint8Array,
): Promise<'stored' | 'known'> {
  try {
    await collection(db).insertOne({
      _id: new ObjectId(photo.id),
      eventId: new ObjectId(photo.eventId),
      customerAccountId: new ObjectId(photo.customerAccountId),
      fileName: photo.fileName,
      contentType: photo.contentType,
      createdBy: new ObjectId(photo.createdBy),
      createdAt: new Date(photo.createdAt),
      size: data.length,
      data: new Binary(data),
    });
    return 'stored';
  } catch (error) {
    if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return 'known';
    throw error;
  }
}

/** Removes a photo; twice is as once. */
export async function removeMongoPhoto(db: Db, photoId: ObjectId): Promise<void> {
  await collection(db).deleteOne({ _id: photoId });
}

function collection(db: Db): Collection<PhotoDocument> {
  return db.collection<PhotoDocument>('photos');
}
