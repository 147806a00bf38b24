import { Double, Int32, type Collection, type Document } from 'mongodb';
import type { OperationGroup } from './operation-case';

const ITEM = {
  _id: 1,
  item: 'journal',
  status: 'A',
  size: { h: 14, w: 21, uom: 'cm' },
  instock: [
    { warehouse: 'A', qty: 5 },
    { warehouse: 'B', qty: 6 },
  ],
};
const project =
  (projection: Document) =>
  (collection: Collection): Promise<Document | null> =>
    collection.findOne({}, { projection });
const FOOD = [
  { _id: 1, type: 'fruit', tags: ['a', 'b'] },
  { _id: 2, type: 'bread', tags: ['b', ['c']] },
  { _id: 3, type: 'fruit' },
  { _id: 4, type: null, tags: [] },
];

/** Projection, paging, counting, distinct values. */
export const READS: readonly OperationGroup[] = [
  {
    group: 'projection',
    cases: [
      {
        name: 'inclusion brings _id',
        manual: 'tutorial/project-fields-from-query-results/',
        documents: [ITEM],
        run: project({ item: 1, status: 1 }),
        expected: { _id: 1, item: 'journal', status: 'A' },
      },
      {
        name: 'without _id',
        manual: 'tutorial/project-fields-from-query-results/',
        documents: [ITEM],
        run: project({ item: 1, _id: 0 }),
        expected: { item: 'journal' },
      },
      {
        name: 'exclusion',
        manual: 'tutorial/project-fields-from-query-results/',
        documents: [ITEM],
        run: project({ status: 0, instock: 0 }),
        expected: { _id: 1, item: 'journal', size: ITEM.size },
      },
      {
        name: 'a field of an embedded document',
        manual: 'tutorial/project-fields-from-query-results/',
        documents: [ITEM],
        run: project({ 'size.uom': 1 }),
        expected: { _id: 1, size: { uom: 'cm' } },
      },
      {
        name: 'suppressing one',
        manual: 'tutorial/project-fields-from-query-results/',
        documents: [ITEM],
        run: project({ 'size.uom': 0, instock: 0 }),
        expected: { _id: 1, item: 'journal', status: 'A', size: { h: 14, w: 21 } },
      },
      {
        name: 'fields of documents in an array',
        manual: 'tutorial/project-fields-from-query-results/',
        documents: [ITEM],
        run: project({ 'instock.qty': 1 }),
        expected: { _id: 1, instock: [{ qty: 5 }, { qty: 6 }] },
      },
      {
        name: '$slice keeps the other fields',
        manual: 'reference/operator/projection/slice/',
        documents: [{ _id: 1, a: 1, b: [1, 2, 3] }],
        run: project({ b: { $slice: -1 } }),
        expected: { _id: 1, a: 1, b: [3] },
      },
      {
        name: '$slice [skip, limit]',
        manual: 'reference/operator/projection/slice/',
        documents: [{ _id: 1, b: [1, 2, 3] }],
        run: project({ b: { $slice: [1, 5] } }),
        expected: { _id: 1, b: [2, 3] },
      },
      {
        name: '$elemMatch gives the first element',
        manual: 'reference/operator/projection/elemMatch/',
        documents: [ITEM],
        run: project({ instock: { $elemMatch: { qty: { $gt: 4 } } } }),
        expected: { _id: 1, instock: [{ warehouse: 'A', qty: 5 }] },
      },
      {
        name: 'an expression',
        manual: 'reference/method/db.collection.find/#projection',
        documents: [ITEM],
        run: project({ _id: 0, total: { $sum: '$instock.qty' } }),
        expected: { total: 11 },
      },
      {
        name: 'inclusion and exclusion do not mix',
        manual: 'tutorial/project-fields-from-query-results/',
        documents: [ITEM],
        run: project({ item: 1, status: 0 }),
        expected: { error: 31_254 },
      },
    ],
  },
  {
    group: 'paging, counting, distinct',
    cases: [
      {
        name: 'sort, skip, limit',
        manual: 'reference/method/cursor.skip/',
        documents: FOOD,
        run: async (collection) =>
          (await collection.find().sort({ _id: -1 }).skip(1).limit(2).toArray()).map(({ _id }) => Number(_id)),
        expected: [3, 2],
      },
      {
        name: 'limit 0 is no limit',
        manual: 'reference/method/cursor.limit/',
        documents: FOOD,
        run: async (collection) => (await collection.find().limit(0).toArray()).length,
        expected: 4,
      },
      {
        name: 'countDocuments',
        manual: 'reference/method/db.collection.countDocuments/',
        documents: FOOD,
        run: (collection) => collection.countDocuments({ type: 'fruit' }, { limit: 1 }),
        expected: 1,
      },
      {
        name: 'estimatedDocumentCount',
        manual: 'reference/method/db.collection.estimatedDocumentCount/',
        documents: FOOD,
        run: (collection) => collection.estimatedDocumentCount(),
        expected: 4,
      },
      {
        name: 'distinct gives the values in BSON order',
        manual: 'reference/command/distinct/',
        documents: FOOD,
        run: (collection) => collection.distinct('type'),
        expected: [null, 'bread', 'fruit'],
      },
      {
        name: 'distinct of arrays takes their elements',
        manual: 'reference/command/distinct/#arrays',
        documents: FOOD,
        run: (collection) => collection.distinct('tags'),
        expected: ['a', 'b', ['c']],
      },
      {
        name: 'distinct takes numbers that are equal once, the first of them',
        manual: 'reference/command/distinct/',
        documents: [{ n: new Double(2) }, { n: 10 }, { n: 2 }, { n: 'a' }, { n: -1 }],
        run: (collection) => collection.distinct('n', {}, { promoteValues: false }),
        expected: [new Int32(-1), new Double(2), new Int32(10), 'a'],
      },
      {
        name: 'a cursor over several batches',
        manual: 'reference/method/cursor.batchSize/',
        documents: Array.from({ length: 250 }, (_, i) => ({ _id: i })),
        run: async (collection) =>
          (await collection.find().batchSize(60).sort({ _id: 1 }).toArray()).map(({ _id }) => Number(_id)),
        expected: Array.from({ length: 250 }, (_, i) => i),
      },
    ],
  },
];
