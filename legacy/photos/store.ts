import { Binary, ObjectId, type Db } from 'mongodb';

export interface PhotoDocument {
  _id: ObjectId;
  eventId: ObjectId;
  customerAccountId: ObjectId;
  fileName: string;
  contentType: string;
  /** In bytes. */
  size: number;
  data: Binary;
  createdBy: ObjectId;
  createdAt: Date;
}

/** A photo without its bytes. */
export type PhotoInfo = Omit<PhotoDocument, 'data'>;

export type PhotoStore = ReturnType<typeof createPhotoStore>;

export function createPhotoStore(db: Db) {
  const photos = db.collection<PhotoDocument>('photos');
  return {
    async ensureIndexes(): Promise<void> {
      await photos.createIndex({ eventId: 1, createdAt: 1, _id: 1 });
    },

    /** An event's photos, oldest first; their bytes stay where they are. */
    list(customerAccountId: ObjectId, eventId: ObjectId): Promise<PhotoInfo[]> {
      return photos
        .find({ eventId, customerAccountId })
        .project<PhotoInfo>({ data: 0 })
        .sort({ createdAt: 1, _id: 1 })
        .toArray();
    },

    /** A photo with its bytes. */
    async find(customerAccountId: ObjectId, id: ObjectId): Promise<(PhotoInfo & { data: Buffer }) | null> {
      const photo = await photos.findOne({ _id: id, customerAccountId });
      return photo && { ...photo, data: Buffer.from(photo.data.value()) };
    },

    async add({ data, ...photo }: Omit<PhotoInfo, '_id' | 'size'> & { data: Buffer }): Promise<PhotoInfo> {
      const info = { _id: new ObjectId(), ...photo, size: data.length };
      await photos.insertOne({ ...info, data: new Binary(data) });
      return info;
    },
  };
}
