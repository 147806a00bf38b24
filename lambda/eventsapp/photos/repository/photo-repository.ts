import type { Photo, RefusedUpload } from '../photo';

/** What a person may change of a photo. */
export type PhotoDetails = Partial<Pick<Photo, 'title' | 'description'>>;

/** `known`: there was one with this id already, and it stays as it was. */
export type Added = 'added' | 'known';

/**
 * Photos and refused uploads in DynamoDB, one method for each access pattern of the README's table. Reads of an index are eventually
 * consistent, all others strongly. Every method throws what the SDK throws.
 */
export interface PhotoRepository {
  add(photo: Photo): Promise<Added>;
  find(id: string): Promise<Photo | undefined>;
  /** Oldest first, ids break ties. */
  listOfEvent(eventId: string): Promise<readonly Photo[]>;
  /** Everything that was uploaded for an event, each oldest first. */
  listUploadsOfEvent(
    eventId: string,
  ): Promise<{ readonly photos: readonly Photo[]; readonly refused: readonly RefusedUpload[] }>;
  /** By title in the order of its UTF-8 bytes, ids break ties. */
  listOfUploader(userId: string): Promise<readonly Photo[]>;
  /** An account's largest photos, the largest first; of two of a size in no particular order. */
  listLargest(customerAccountId: string, limit: number): Promise<readonly Photo[]>;
  /** The photo as it then is; undefined when there is none. */
  changeDetails(id: string, details: PhotoDetails): Promise<Photo | undefined>;
  remove(id: string): Promise<void>;
  refuse(upload: RefusedUpload): Promise<Added>;
  findRefused(id: string): Promise<RefusedUpload | undefined>;
  /** Pages through all photos in no particular order, for migrations. */
  scan(options: { readonly limit: number; readonly after?: string | undefined }): Promise<PhotoPage>;
}

/** A part of all photos; `next` continues, undefined at the end. */
export interface PhotoPage {
  readonly photos: readonly Photo[];
  readonly next: string | undefined;
}
