import { setExisting, type Documents } from '../repository/documents';
import { photoOf } from '../repository/items';
import { largestKeys } from '../repository/single-table';
import { countsOf, placeOf, type MigrationState } from './batches';

/** Of the schema migration of the single table: the index gsi3, an account's largest photos. */
export interface SchemaState extends MigrationState {
  readonly changed: number;
  readonly seen: number;
}

export const INITIAL_SCHEMA: SchemaState = { after: null, isDone: false, changed: 0, seen: 0 };

interface SchemaOptions {
  readonly documents: Documents;
  readonly table: string;
  readonly batch: number;
  readonly dryRun: boolean;
  /** Removes the attributes again. */
  readonly back: boolean;
}

/**
 * The next batch of items: those without the keys of gsi3 get them, or lose them on the way back. First the index is added to the table
 * (infra/single-table.yml), which costs nothing while no item has its keys; then code is deployed that writes them; then this runs; then
 * code that reads the index. An item that was removed meanwhile stays removed.
 */
export function schemaStep({ documents, table, batch, dryRun, back }: SchemaOptions) {
  return async (state: SchemaState): Promise<{ readonly state: SchemaState; readonly handled: number }> => {
    const [pk, sk] = state.after?.split(' ') ?? [];
    const start = state.after === null ? {} : { ExclusiveStartKey: { pk, sk } };
    const { items, last } = await documents.scan({ TableName: table, Limit: batch, ...start });
    const due = items.filter((item) => item['sk'] === 'PHOTO' && (item['gsi3pk'] === undefined) !== back);
    if (!dryRun)
      await Promise.all(
        due.map((item) => {
          const key = { pk: item['pk'], sk: item['sk'] };
          return documents.update({
            TableName: table,
            ...(back ? withoutKeys(key) : setExisting(key, largestKeys(photoOf(item)))),
          });
        }),
      );
    const after = last === undefined ? null : `${String(last['pk'])} ${String(last['sk'])}`;
    const counts = { changed: state.changed + due.length, seen: state.seen + items.length };
    return { state: { after, isDone: last === undefined, ...counts }, handled: items.length };
  };
}

const withoutKeys = (key: { readonly pk: unknown; readonly sk: unknown }) => ({
  Key: key,
  UpdateExpression: 'REMOVE gsi3pk, gsi3sk',
  ConditionExpression: 'attribute_exists(pk)',
});

/** Reads the state from its file. */
export function parseSchemaState(value: Readonly<Record<string, unknown>>): SchemaState {
  return { ...placeOf(value), ...countsOf(value, ['changed', 'seen']) };
}
