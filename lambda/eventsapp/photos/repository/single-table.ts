import type { Photo, RefusedUpload } from '../photo';
import { setExisting, type Documents, type Item } from './documents';
import { photoOf, refusedOf } from './items';
import type { PhotoDetails, PhotoRepository } from './photo-repository';

/** Between the parts of a key: sorts before everything that a title may hold. */
const END = '\u0000';
const PHOTO = 'PHOTO';
const REFUSED = 'REFUSED';

/** Digits of a size: DynamoDB orders a composite key as text. */
const SIZE_DIGITS = 12;

/**
 * Everything in one table. Indexes are overloaded: gsi1 holds photos and refused uploads by event, gsi2 photos by uploader, gsi3 photos by
 * account and size. Key attributes are written here and removed here; what callers see has none.
 */
export function singleTableRepository(documents: Documents, { table }: { readonly table: string }): PhotoRepository {
  const ofEvent = (eventId: string, prefix: string) =>
    documents.query({
      TableName: table,
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :pk AND begins_with(gsi1sk, :sk)',
      ExpressionAttributeValues: { ':pk': eventKey(eventId), ':sk': prefix },
    });
  return {
    add: (photo) => documents.putNew({ TableName: table, Item: { ...photo, ...photoKeys(photo) } }, 'pk'),
    async find(id) {
      const item = await documents.get({ TableName: table, Key: keyOf(id, PHOTO), ConsistentRead: true });
      return item && photoOf(item);
    },
    async listOfEvent(eventId) {
      return (await ofEvent(eventId, `UPLOAD#${PHOTO}#`)).map(photoOf);
    },
    async listUploadsOfEvent(eventId) {
      // Both kinds in one round trip: what a single table is for.
      const items = await ofEvent(eventId, 'UPLOAD#');
      const isPhoto = (item: Item): boolean => item['sk'] === PHOTO;
      return {
        photos: items.filter(isPhoto).map(photoOf),
        refused: items.filter((item) => !isPhoto(item)).map(refusedOf),
      };
    },
    async listOfUploader(userId) {
      const items = await documents.query({
        TableName: table,
        IndexName: 'gsi2',
        KeyConditionExpression: 'gsi2pk = :pk',
        ExpressionAttributeValues: { ':pk': `USER#${userId}` },
      });
      return items.map(photoOf);
    },
    async listLargest(customerAccountId, limit) {
      const items = await documents.query({
        TableName: table,
        IndexName: 'gsi3',
        KeyConditionExpression: 'gsi3pk = :pk',
        ExpressionAttributeValues: { ':pk': `ACCOUNT#${customerAccountId}` },
        ScanIndexForward: false,
        Limit: limit,
      });
      return items.slice(0, limit).map(photoOf);
    },
    async changeDetails(id, details) {
      const item = await documents.update({
        TableName: table,
        ...setExisting(keyOf(id, PHOTO), { ...details, ...changedKeys(id, details) }),
      });
      return item && photoOf(item);
    },
    remove: (id) => documents.remove({ TableName: table, Key: keyOf(id, PHOTO) }),
    refuse: (upload) => documents.putNew({ TableName: table, Item: { ...upload, ...refusedKeys(upload) } }, 'pk'),
    async findRefused(id) {
      const item = await documents.get({ TableName: table, Key: keyOf(id, REFUSED), ConsistentRead: true });
      return item && refusedOf(item);
    },
    async scan({ limit, after }) {
      // The last item of a page may be a refused upload, so both parts of its key are needed.
      const [pk, sk] = after?.split(' ') ?? [];
      const start = after === undefined ? {} : { ExclusiveStartKey: { pk, sk } };
      const { items, last } = await documents.scan({
        TableName: table,
        Limit: limit,
        ...start,
        FilterExpression: 'sk = :photo',
        ExpressionAttributeValues: { ':photo': PHOTO },
      });
      return { photos: items.map(photoOf), next: last && `${String(last['pk'])} ${String(last['sk'])}` };
    },
  };
}

/** The attributes that put a photo into the table and its indexes. */
export function photoKeys(
  photo: Pick<Photo, 'id' | 'eventId' | 'createdBy' | 'createdAt' | 'title' | 'customerAccountId' | 'size'>,
): Item {
  return {
    ...keyOf(photo.id, PHOTO),
    gsi1pk: eventKey(photo.eventId),
    gsi1sk: `UPLOAD#${PHOTO}#${photo.createdAt}#${photo.id}`,
    gsi2pk: `USER#${photo.createdBy}`,
    gsi2sk: titleKey(photo.title, photo.id),
    ...largestKeys(photo),
  };
}

/** Those of the list of an account's largest photos, which older items do not have: migrate-schema.ts adds them. */
export function largestKeys({ id, customerAccountId, size }: Pick<Photo, 'id' | 'customerAccountId' | 'size'>): Item {
  return { gsi3pk: `ACCOUNT#${customerAccountId}`, gsi3sk: `SIZE#${String(size).padStart(SIZE_DIGITS, '0')}#${id}` };
}

function refusedKeys({ id, eventId, createdAt }: RefusedUpload): Item {
  return { ...keyOf(id, REFUSED), gsi1pk: eventKey(eventId), gsi1sk: `UPLOAD#${REFUSED}#${createdAt}#${id}` };
}

/** Composite keys that hold what a partial update changes. */
function changedKeys(id: string, { title }: PhotoDetails): Item {
  return title === undefined ? {} : { gsi2sk: titleKey(title, id) };
}

const keyOf = (id: string, kind: typeof PHOTO | typeof REFUSED): Item => ({ pk: `UPLOAD#${id}`, sk: kind });
const eventKey = (eventId: string): string => `EVENT#${eventId}`;
const titleKey = (title: string, id: string): string => `${PHOTO}#${title}${END}${id}`;
