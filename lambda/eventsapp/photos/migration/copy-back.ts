import { createHash } from 'node:crypto';
import { ObjectId, type Db } from 'mongodb';
import type { Photo } from '../photo';
import { removePhoto } from '../remove-photos';
import { storeMongoPhoto } from '../repository/mongodb';
import { countsOf, placeOf, type MigrationState } from './batches';
import { storedBytes, type StepOptions, type Stores } from './stores';

/** What the way back has done. */
export interface BackState extends MigrationState {
  /** Photos that MongoDB did not have, such as those of an upload while its photo routes were retired. */
  readonly restored: number;
  /** Items and objects of the migration that were taken away. */
  readonly removed: number;
  readonly kept: number;
}

export const INITIAL_BACK: BackState = { after: null, isDone: false, restored: 0, removed: 0, kept: 0 };

/**
 * The next batch of the way back: MongoDB gets what it lacks, then what the migration made is removed. What uploads made stays. Bytes that
 * cannot be read stop it.
 */
export function backStep(stores: Stores, { batch, dryRun }: StepOptions) {
  return async (state: BackState): Promise<{ readonly state: BackState; readonly handled: number }> => {
    const { photos, next } = await stores.photos.scan({
      limit: batch,
      ...(state.after !== null && { after: state.after }),
    });
    const { db } = stores;
    let { restored, removed, kept } = state;
    for (const photo of photos) {
      // The monolith removes photos together with their event: such a photo does not come back.
      if (!(await isIn(db, 'photos', photo.id)) && (await isIn(db, 'events', photo.eventId))) {
        restored += 1;
        if (!dryRun) await restore(photo, stores);
      }
      if (photo.origin === 'migration') removed += 1;
      else kept += 1;
      // MongoDB has the bytes, and get-photo asks it for them.
      if (photo.origin === 'migration' && !dryRun) await removePhoto(photo, stores);
    }
    return {
      state: { after: next ?? null, isDone: next === undefined, restored, removed, kept },
      handled: photos.length,
    };
  };
}

async function isIn(db: Db, collection: 'photos' | 'events', id: string): Promise<boolean> {
  return (await db.collection(collection).findOne({ _id: new ObjectId(id) }, { projection: { _id: 1 } })) !== null;
}

async function restore(photo: Photo, stores: Stores): Promise<void> {
  const bytes = await storedBytes(photo, stores);
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== photo.sha256)
    throw new Error(`photo ${photo.id}: the object ${photo.key} is missing or damaged, and MongoDB does not have it`);
  await storeMongoPhoto(stores.db, photo, bytes);
}

/** Reads the state of the way back from its file. */
export function parseBackState(value: Readonly<Record<string, unknown>>): BackState {
  return { ...placeOf(value), ...countsOf(value, ['restored', 'removed', 'kept']) };
}
