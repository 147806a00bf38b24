import type { Photo, RefusedUpload } from '../photo';
import { setExisting, type Documents } from './documents';
import { photoOf, refusedOf } from './items';
import type { PhotoRepository } from './photo-repository';

/** Names of the tables, as the infrastructure stack made them. */
export interface PhotoTables {
  readonly photos: string;
  readonly refusedUploads: string;
}

/** One table for photos and one for refused uploads. Items are the objects themselves, but for the sort key of the list of an event. */
export function multiTableRepository(documents: Documents, tables: PhotoTables): PhotoRepository {
  const byEvent = (table: string, eventId: string) =>
    documents.query({
      TableName: table,
      IndexName: 'byEvent',
      KeyConditionExpression: 'eventId = :event',
      ExpressionAttributeValues: { ':event': eventId },
    });
  return {
    add: (photo) =>
      documents.putNew({ TableName: tables.photos, Item: { ...photo, createdAtId: createdAtId(photo) } }, 'id'),
    async find(id) {
      const item = await documents.get({ TableName: tables.photos, Key: { id }, ConsistentRead: true });
      return item && photoOf(item);
    },
    async listOfEvent(eventId) {
      return (await byEvent(tables.photos, eventId)).map(photoOf);
    },
    async listUploadsOfEvent(eventId) {
      const [photos, refused] = await Promise.all([
        byEvent(tables.photos, eventId),
        byEvent(tables.refusedUploads, eventId),
      ]);
      return { photos: photos.map(photoOf), refused: refused.map(refusedOf) };
    },
    async listOfUploader(userId) {
      const items = await documents.query({
        TableName: tables.photos,
        IndexName: 'byUploader',
        KeyConditionExpression: 'createdBy = :user',
        ExpressionAttributeValues: { ':user': userId },
      });
      // Within a title an index has no order of its own.
      return items.map(photoOf).sort((a, b) => (a.title === b.title ? (a.id < b.id ? -1 : 1) : 0));
    },
    async listLargest(customerAccountId, limit) {
      const items = await documents.query({
        TableName: tables.photos,
        IndexName: 'byAccountAndSize',
        KeyConditionExpression: 'customerAccountId = :account',
        ExpressionAttributeValues: { ':account': customerAccountId },
        ScanIndexForward: false,
        Limit: limit,
      });
      return items.slice(0, limit).map(photoOf);
    },
    async changeDetails(id, details) {
      const item = await documents.update({ TableName: tables.photos, ...setExisting({ id }, details) });
      return item && photoOf(item);
    },
    remove: (id) => documents.remove({ TableName: tables.photos, Key: { id } }),
    refuse: (upload) =>
      documents.putNew(
        { TableName: tables.refusedUploads, Item: { ...upload, createdAtId: createdAtId(upload) } },
        'id',
      ),
    async findRefused(id) {
      const item = await documents.get({ TableName: tables.refusedUploads, Key: { id }, ConsistentRead: true });
      return item && refusedOf(item);
    },
    async scan({ limit, after }) {
      const start = after === undefined ? {} : { ExclusiveStartKey: { id: after } };
      const { items, last } = await documents.scan({ TableName: tables.photos, Limit: limit, ...start });
      return { photos: items.map(photoOf), next: last && String(last['id']) };
    },
  };
}

const createdAtId = ({ createdAt, id }: Photo | RefusedUpload): string => `${createdAt}#${id}`;
