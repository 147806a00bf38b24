import { isFields } from 'banyan-strangler/lambda';
import {
  count,
  defineVpcFunction,
  flag,
  listOf,
  nullable,
  objectOf,
  oneOf,
  ShapeError,
  text,
  textLike,
  type JsonParser,
} from 'banyan-strangler/vpc-proxy';
import { objectIdText } from '../contracts/reports';

/** A photo of so many bytes in base64, and with the rest of the answer, is still below Lambda's 6 MB. */
export const MAX_ANSWER_BYTES = 4_700_000;

// What the photo functions outside the VPC ask of those inside. All of them bear to run twice.

const instant = textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'a time in ISO 8601');

/** What the monolith makes of a document, odd ones included: fields may be missing or of another type. */
const photoJson: JsonParser<Readonly<Record<string, unknown>>> = (value, path = '') => {
  if (isFields(value)) return value;
  throw new ShapeError(path, 'an object', value);
};

/** May this user upload photos of this event? Who is registered as an attendee, with the email of the account, may. */
export const dbCheckPhotoUpload = defineVpcFunction({
  name: 'db-check-photo-upload',
  input: objectOf({ eventId: objectIdText, customerAccountId: objectIdText, userId: objectIdText }),
  output: objectOf({ outcome: oneOf('allowed', 'no such event', 'not registered') }),
});

/** Whether the account has the event, and (unless the monolith's photos are retired) its photos in MongoDB, oldest first. */
export const dbListPhotos = defineVpcFunction({
  name: 'db-list-photos',
  input: objectOf({ eventId: objectIdText, customerAccountId: objectIdText, withPhotos: flag }),
  output: objectOf({ isEvent: flag, photos: listOf(objectOf({ id: objectIdText, json: photoJson })) }),
});

/** A photo in MongoDB, if wanted with its bytes in base64: null if they do not fit into an answer of Lambda. */
export const dbFindPhoto = defineVpcFunction({
  name: 'db-find-photo',
  input: objectOf({ photoId: objectIdText, customerAccountId: objectIdText, withData: flag }),
  output: objectOf({ photo: nullable(objectOf({ fileName: text, contentType: text, data: nullable(text) })) }),
});

/** Reads an object from S3, through the gateway endpoint, and stores it in MongoDB as the monolith would. */
export const dbStorePhoto = defineVpcFunction({
  name: 'db-store-photo',
  input: objectOf({
    id: objectIdText,
    eventId: objectIdText,
    customerAccountId: objectIdText,
    createdBy: objectIdText,
    createdAt: instant,
    fileName: text,
    contentType: text,
    size: count,
    key: text,
    sha256: textLike(/^[0-9a-f]{64}$/, 'a SHA-256 in hex'),
  }),
  /** `gone`: there is no such object any more, or another one. */
  output: objectOf({ outcome: oneOf('stored', 'known', 'gone', 'no such event') }),
});
