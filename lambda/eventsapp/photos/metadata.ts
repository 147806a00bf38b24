import { BanyanError } from 'banyan-strangler/lambda';
import { EXTENSIONS, type PhotoType } from '../contracts/photos';
import type { Photo } from './photo';

/** What an upload is said to be, as it is signed into the URL. */
export type UploadMetadata = Pick<
  Photo,
  'id' | 'eventId' | 'customerAccountId' | 'createdBy' | 'createdAt' | 'title' | 'description'
>;

/** Where uploads go. The signing role may put nowhere else, and only objects here are processed. */
export const UPLOADS = 'uploads/';

/** The key of an upload's object. */
export function uploadKey({ id, eventId }: Pick<Photo, 'id' | 'eventId'>, contentType: PhotoType): string {
  return `${UPLOADS}event_${eventId}/${id}.${EXTENSIONS[contentType]}`;
}

/** The name that the monolith shows: no path in it, at most its 255 characters. */
export function fileNameOf(title: string, contentType: PhotoType): string {
  return `${title.replaceAll(/[/\\]/g, '-')}.${EXTENSIONS[contentType]}`;
}

/**
 * User-defined metadata of S3: names come back in lower case, values may only be ASCII, all together 2 KB. So names are lower case, and
 * what a person wrote is base64url of its UTF-8: four characters for three bytes, where percent encoding needs nine.
 */
export function writeMetadata(upload: UploadMetadata): Record<string, string> {
  const { id, eventId, customerAccountId, createdBy, createdAt, title, description } = upload;
  const encode = (text: string): string => Buffer.from(text).toString('base64url');
  return {
    photoid: id,
    eventid: eventId,
    accountid: customerAccountId,
    createdby: createdBy,
    createdat: createdAt,
    title: encode(title),
    ...(description !== '' && { description: encode(description) }),
  };
}

/**
 * Reads it back.
 *
 * @throws BanyanError for an object that was not uploaded by one of our URLs
 */
export function readMetadata(metadata: Readonly<Record<string, string>> = {}): UploadMetadata {
  const value = (name: string, form: RegExp): string => {
    const text = Object.hasOwn(metadata, name) ? (metadata[name] ?? '') : '';
    if (!form.test(text))
      throw new BanyanError(`object without usable metadata ${name}`, { code: 'photo_metadata_malformed' });
    return text;
  };
  const decode = (text: string): string => Buffer.from(text, 'base64url').toString('utf8');
  return {
    id: value('photoid', OBJECT_ID),
    eventId: value('eventid', OBJECT_ID),
    customerAccountId: value('accountid', OBJECT_ID),
    createdBy: value('createdby', OBJECT_ID),
    createdAt: value('createdat', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    title: decode(value('title', /^[\w-]+$/)),
    description: decode(value('description', /^[\w-]*$/)),
  };
}

const OBJECT_ID = /^[0-9a-f]{24}$/;
