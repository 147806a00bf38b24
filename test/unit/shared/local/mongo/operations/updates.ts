import { Double, Int32, Long, type Collection, type Document } from 'mongodb';
import { afterUpdate, type OperationGroup } from './operation-case';

const PRODUCT = {
  _id: 100,
  quantity: 250,
  instock: true,
  reorder: false,
  details: { model: '14QQ', make: 'Clothes Corp' },
  tags: ['apparel', 'clothing'],
  ratings: [{ by: 'Customer007', rating: 4 }],
};
const QUIZ = {
  _id: 1,
  quizzes: [
    { wk: 1, score: 10 },
    { wk: 2, score: 8 },
    { wk: 3, score: 5 },
    { wk: 4, score: 6 },
  ],
};
const raw = (collection: Collection): Promise<Document | null> => collection.findOne({}, { promoteValues: false });
const upserted =
  (filter: Document, update: Document) =>
  async (collection: Collection): Promise<unknown> => {
    const { matchedCount, modifiedCount, upsertedCount, upsertedId } = await collection.updateOne(filter, update, {
      upsert: true,
    });
    const document = await collection.findOne({});
    return {
      matchedCount,
      modifiedCount,
      upsertedCount,
      sameId: upsertedId?.toString() === document?._id.toString(),
      document: { ...document, _id: 0 },
    };
  };

/** Update operators, replacement, pipelines, upsert. */
export const UPDATES: readonly OperationGroup[] = [
  {
    group: 'fields',
    cases: [
      {
        name: '$set top-level fields',
        manual: 'reference/operator/update/set/',
        documents: [PRODUCT],
        run: afterUpdate({
          $set: { quantity: 500, details: { model: '2600', make: 'Fashionaires' }, tags: ['coats'] },
        }),
        expected: { ...PRODUCT, quantity: 500, details: { model: '2600', make: 'Fashionaires' }, tags: ['coats'] },
      },
      {
        name: '$set in embedded documents',
        manual: 'reference/operator/update/set/',
        documents: [PRODUCT],
        run: afterUpdate({ $set: { 'details.make': 'Kustom Kidz' } }),
        expected: { ...PRODUCT, details: { model: '14QQ', make: 'Kustom Kidz' } },
      },
      {
        name: '$set elements of arrays',
        manual: 'reference/operator/update/set/',
        documents: [PRODUCT],
        run: afterUpdate({ $set: { 'tags.1': 'rain gear', 'ratings.0.rating': 2 } }),
        expected: { ...PRODUCT, tags: ['apparel', 'rain gear'], ratings: [{ by: 'Customer007', rating: 2 }] },
      },
      {
        name: 'a new path makes embedded documents',
        manual: 'reference/operator/update/set/',
        documents: [{ _id: 1 }],
        run: afterUpdate({ $set: { 'a.0.b': 1 } }),
        expected: { _id: 1, a: { 0: { b: 1 } } },
      },
      {
        name: 'a position beyond the end is reached with nulls',
        manual: 'reference/operator/update/set/',
        documents: [{ _id: 1, a: [1] }],
        run: afterUpdate({ $set: { 'a.3': 4 } }),
        expected: { _id: 1, a: [1, null, null, 4] },
      },
      {
        name: 'new fields come in the order of their names',
        manual: 'reference/operator/update/#behavior',
        documents: [{ _id: 1 }],
        run: async (collection) => {
          await collection.updateOne({}, { $set: { b: 1, a: 2 } });
          return Object.keys((await collection.findOne({})) ?? {});
        },
        expected: ['_id', 'a', 'b'],
      },
      {
        name: '$unset',
        manual: 'reference/operator/update/unset/',
        documents: [{ _id: 1, a: 1, b: { c: 1, d: 2 } }],
        run: afterUpdate({ $unset: { a: '', 'b.c': '', none: '' } }),
        expected: { _id: 1, b: { d: 2 } },
      },
      {
        name: '$unset of an element leaves null',
        manual: 'reference/operator/update/unset/',
        documents: [{ _id: 1, a: [1, 2, 3] }],
        run: afterUpdate({ $unset: { 'a.1': '' } }),
        expected: { _id: 1, a: [1, null, 3] },
      },
      {
        name: '$inc',
        manual: 'reference/operator/update/inc/',
        documents: [{ _id: 1, quantity: 10, metrics: { orders: 2, ratings: 3.5 } }],
        run: afterUpdate({ $inc: { quantity: -2, 'metrics.orders': 1 } }),
        expected: { _id: 1, quantity: 8, metrics: { orders: 3, ratings: 3.5 } },
      },
      {
        name: '$inc sets a missing field',
        manual: 'reference/operator/update/inc/',
        documents: [{ _id: 1 }],
        run: afterUpdate({ $inc: { n: 3 } }),
        expected: { _id: 1, n: 3 },
      },
      {
        name: '$inc on null',
        manual: 'reference/operator/update/inc/',
        documents: [{ _id: 1, n: null }],
        run: afterUpdate({ $inc: { n: 3 } }),
        expected: { error: 14 },
      },
      {
        name: 'result types of $inc and $mul',
        manual: 'reference/operator/update/mul/#multiply-mixed-numeric-types',
        documents: [
          { _id: new Int32(1), a: new Int32(2), b: new Int32(2_147_483_647), c: new Int32(2), d: Long.fromNumber(3) },
        ],
        run: async (collection) => {
          await collection.updateOne(
            {},
            {
              $inc: { a: new Int32(1), b: new Int32(1) },
              $mul: { c: new Double(1.5), d: new Int32(2), e: Long.fromNumber(4) },
            },
          );
          return raw(collection);
        },
        expected: {
          _id: new Int32(1),
          a: new Int32(3),
          b: Long.fromNumber(2_147_483_648),
          c: new Double(3),
          d: Long.fromNumber(6),
          e: Long.fromNumber(0),
        },
      },
      {
        name: '$min and $max',
        manual: 'reference/operator/update/max/',
        documents: [{ _id: 1, high: 800, low: 200, same: 5 }],
        run: afterUpdate({ $max: { high: 950, same: 4, fresh: 1 }, $min: { low: 150 } }),
        expected: { _id: 1, high: 950, low: 150, same: 5, fresh: 1 },
      },
      {
        name: '$rename',
        manual: 'reference/operator/update/rename/',
        documents: [{ _id: 1, nmae: { first: 'g' }, cell: 1 }],
        run: afterUpdate({ $rename: { nmae: 'name', cell: 'contact.cell', none: 'other' } }),
        expected: { _id: 1, name: { first: 'g' }, contact: { cell: 1 } },
      },
      {
        name: '$currentDate',
        manual: 'reference/operator/update/currentDate/',
        documents: [{ _id: 1 }],
        run: async (collection) => {
          await collection.updateOne({}, { $currentDate: { at: true, 'b.c': { $type: 'date' } } } as Document);
          const found = await collection.findOne({});
          return [found?.['at'] instanceof Date, (found?.['b'] as Document)['c'] instanceof Date];
        },
        expected: [true, true],
      },
      {
        name: 'two operators on one path',
        manual: 'reference/operator/update/',
        documents: [{ _id: 1, a: 1 }],
        run: afterUpdate({ $set: { a: 1 }, $inc: { a: 1 } }),
        expected: { error: 40 },
      },
      {
        name: 'a path and its prefix',
        manual: 'reference/operator/update/',
        documents: [{ _id: 1, a: { b: 1 } }],
        run: afterUpdate({ $set: { a: {}, 'a.b': 1 } }),
        expected: { error: 40 },
      },
      {
        name: 'a path through a number',
        manual: 'reference/operator/update/set/',
        documents: [{ _id: 1, a: 1 }],
        run: afterUpdate({ $set: { 'a.b': 1 } }),
        expected: { error: 28 },
      },
      {
        name: '_id does not change',
        manual: 'core/document/#the-_id-field',
        documents: [{ _id: 1 }],
        run: afterUpdate({ $set: { _id: 2 } }),
        expected: { error: 66 },
      },
      {
        name: 'an unknown operator',
        manual: 'reference/operator/update/',
        documents: [{ _id: 1 }],
        run: afterUpdate({ $increment: { a: 2 } }),
        expected: { error: 9 },
      },
      {
        name: 'a value that is there already modifies nothing',
        manual: 'reference/command/update/#output',
        documents: [{ _id: 1, a: 1 }],
        run: async (collection) => {
          const { matchedCount, modifiedCount } = await collection.updateOne({}, { $set: { a: 1 } });
          return { matchedCount, modifiedCount };
        },
        expected: { matchedCount: 1, modifiedCount: 0 },
      },
    ],
  },
  {
    group: 'arrays',
    cases: [
      {
        name: '$push',
        manual: 'reference/operator/update/push/',
        documents: [{ _id: 1, scores: [44, 78] }],
        run: afterUpdate({ $push: { scores: 89 } }),
        expected: { _id: 1, scores: [44, 78, 89] },
      },
      {
        name: '$push makes the array',
        manual: 'reference/operator/update/push/',
        documents: [{ _id: 1 }],
        run: afterUpdate({ $push: { scores: { $each: [90, 92] } } }),
        expected: { _id: 1, scores: [90, 92] },
      },
      {
        name: '$push with $each, $sort and $slice',
        manual: 'reference/operator/update/push/',
        documents: [QUIZ],
        run: afterUpdate({
          $push: {
            quizzes: {
              $each: [
                { wk: 5, score: 8 },
                { wk: 6, score: 7 },
                { wk: 7, score: 6 },
              ],
              $sort: { score: -1 },
              $slice: 3,
            },
          },
        }),
        expected: {
          _id: 1,
          quizzes: [
            { wk: 1, score: 10 },
            { wk: 2, score: 8 },
            { wk: 5, score: 8 },
          ],
        },
      },
      {
        name: '$position',
        manual: 'reference/operator/update/position/',
        documents: [{ _id: 1, scores: [50, 60, 70, 100] }],
        run: afterUpdate({ $push: { scores: { $each: [20, 30], $position: 2 } } }),
        expected: { _id: 1, scores: [50, 60, 20, 30, 70, 100] },
      },
      {
        name: '$position counted from the end',
        manual: 'reference/operator/update/position/',
        documents: [{ _id: 1, scores: [50, 60, 20, 30, 70, 100] }],
        run: afterUpdate({ $push: { scores: { $each: [90, 80], $position: -2 } } }),
        expected: { _id: 1, scores: [50, 60, 20, 30, 90, 80, 70, 100] },
      },
      {
        name: '$slice of the last',
        manual: 'reference/operator/update/slice/',
        documents: [{ _id: 1, scores: [40, 50, 60] }],
        run: afterUpdate({ $push: { scores: { $each: [80, 78, 86], $slice: -5 } } }),
        expected: { _id: 1, scores: [50, 60, 80, 78, 86] },
      },
      {
        name: '$sort of whole elements',
        manual: 'reference/operator/update/sort/',
        documents: [{ _id: 2, tests: [89, 70, 89, 50] }],
        run: afterUpdate({ $push: { tests: { $each: [40, 60], $sort: 1 } } }),
        expected: { _id: 2, tests: [40, 50, 60, 70, 89, 89] },
      },
      {
        name: '$push on a number',
        manual: 'reference/operator/update/push/',
        documents: [{ _id: 1, a: 1 }],
        run: afterUpdate({ $push: { a: 1 } }),
        expected: { error: 2 },
      },
      {
        name: '$addToSet',
        manual: 'reference/operator/update/addToSet/',
        documents: [{ _id: 1, letters: ['a', 'b'] }],
        run: afterUpdate({ $addToSet: { letters: { $each: ['b', 'c', 'c'] } } }),
        expected: { _id: 1, letters: ['a', 'b', 'c'] },
      },
      {
        name: '$addToSet of an array adds it as one',
        manual: 'reference/operator/update/addToSet/',
        documents: [{ _id: 1, letters: ['a', 'b'] }],
        run: afterUpdate({ $addToSet: { letters: ['c', 'd'] } }),
        expected: { _id: 1, letters: ['a', 'b', ['c', 'd']] },
      },
      {
        name: '$pull by value and condition',
        manual: 'reference/operator/update/pull/',
        documents: [{ _id: 1, fruits: ['apples', 'pears', 'grapes'], votes: [3, 5, 6, 7] }],
        run: afterUpdate({ $pull: { fruits: { $in: ['apples', 'grapes'] }, votes: { $gte: 6 } } }),
        expected: { _id: 1, fruits: ['pears'], votes: [3, 5] },
      },
      {
        name: '$pull of documents by fields',
        manual: 'reference/operator/update/pull/',
        documents: [
          {
            _id: 1,
            results: [
              { item: 'A', score: 5 },
              { item: 'B', score: 8, comment: 'x' },
            ],
          },
        ],
        run: afterUpdate({ $pull: { results: { score: 8, item: 'B' } } }),
        expected: { _id: 1, results: [{ item: 'A', score: 5 }] },
      },
      {
        name: '$pullAll',
        manual: 'reference/operator/update/pullAll/',
        documents: [{ _id: 1, scores: [0, 2, 5, 5, 1, 0] }],
        run: afterUpdate({ $pullAll: { scores: [0, 5] } }),
        expected: { _id: 1, scores: [2, 1] },
      },
      {
        name: '$pop',
        manual: 'reference/operator/update/pop/',
        documents: [{ _id: 1, a: [8, 9, 10], b: [8, 9, 10] }],
        run: afterUpdate({ $pop: { a: -1, b: 1 } }),
        expected: { _id: 1, a: [9, 10], b: [8, 9] },
      },
    ],
  },
  {
    group: 'upsert, replacement, pipeline',
    cases: [
      {
        name: 'equalities of the filter and $setOnInsert',
        manual: 'reference/operator/update/setOnInsert/',
        run: upserted(
          { item: 'apple', 'size.w': 3, qty: { $gt: 5 }, $and: [{ kind: { $eq: 'fruit' } }] },
          { $set: { at: 1 }, $setOnInsert: { defaultQty: 100 } },
        ),
        expected: {
          matchedCount: 0,
          modifiedCount: 0,
          upsertedCount: 1,
          sameId: true,
          document: { _id: 0, item: 'apple', size: { w: 3 }, kind: 'fruit', at: 1, defaultQty: 100 },
        },
      },
      {
        name: '$setOnInsert does nothing to a document that is there',
        manual: 'reference/operator/update/setOnInsert/',
        documents: [{ _id: 1, a: 1 }],
        run: upserted({ a: 1 }, { $setOnInsert: { b: 2 } }),
        expected: { matchedCount: 1, modifiedCount: 0, upsertedCount: 0, sameId: false, document: { _id: 0, a: 1 } },
      },
      {
        name: '_id of the filter',
        manual: 'reference/method/db.collection.updateOne/#upsert',
        run: async (collection) => {
          await collection.updateOne({ _id: 'x' } as Document, { $inc: { n: 1 } }, { upsert: true });
          return collection.findOne({});
        },
        expected: { _id: 'x', n: 1 },
      },
      {
        name: 'replacement keeps _id',
        manual: 'reference/method/db.collection.replaceOne/',
        documents: [{ _id: 1, a: 1, b: 2 }],
        run: async (collection) => {
          await collection.replaceOne({ a: 1 }, { c: 3 });
          return collection.findOne({});
        },
        expected: { _id: 1, c: 3 },
      },
      {
        name: 'replacement with another _id',
        manual: 'reference/method/db.collection.replaceOne/',
        documents: [{ _id: 1, a: 1 }],
        run: (collection) => collection.replaceOne({ a: 1 }, { _id: 2, c: 3 }),
        expected: { error: 66 },
      },
      {
        name: 'pipeline',
        manual: 'tutorial/update-documents-with-aggregation-pipeline/',
        documents: [{ _id: 2, quiz1: 8, quiz2: 7, x: 1 }],
        run: afterUpdate([{ $set: { total: { $add: ['$quiz1', '$quiz2'] } } }, { $unset: 'x' }]),
        expected: { _id: 2, quiz1: 8, quiz2: 7, total: 15 },
      },
      {
        name: 'pipeline with a condition on the present value',
        manual: 'tutorial/update-documents-with-aggregation-pipeline/',
        documents: [{ _id: 1, tests: [95, 92, 90] }],
        run: afterUpdate([
          { $set: { average: { $trunc: [{ $avg: '$tests' }, 0] } } },
          {
            $set: { grade: { $switch: { branches: [{ case: { $gte: ['$average', 90] }, then: 'A' }], default: 'F' } } },
          },
        ]),
        expected: { _id: 1, tests: [95, 92, 90], average: 92, grade: 'A' },
      },
      {
        name: 'findOneAndUpdate gives the document before',
        manual: 'reference/method/db.collection.findOneAndUpdate/',
        documents: [
          { _id: 1, n: 1 },
          { _id: 2, n: 5 },
        ],
        run: (collection) => collection.findOneAndUpdate({}, { $inc: { n: 1 } }, { sort: { n: -1 } }),
        expected: { _id: 2, n: 5 },
      },
      {
        name: 'or after, projected',
        manual: 'reference/method/db.collection.findOneAndUpdate/',
        documents: [{ _id: 1, n: 1, m: 1 }],
        run: (collection) =>
          collection.findOneAndUpdate(
            {},
            { $inc: { n: 1 } },
            { returnDocument: 'after', projection: { _id: 0, n: 1 } },
          ),
        expected: { n: 2 },
      },
      {
        name: 'or null',
        manual: 'reference/method/db.collection.findOneAndUpdate/',
        run: (collection) => collection.findOneAndUpdate({ a: 1 }, { $inc: { n: 1 } }, { upsert: true }),
        expected: null,
      },
      {
        name: 'findOneAndDelete',
        manual: 'reference/method/db.collection.findOneAndDelete/',
        documents: [
          { _id: 1, n: 1 },
          { _id: 2, n: 5 },
        ],
        run: async (collection) => [
          await collection.findOneAndDelete({}, { sort: { n: 1 } }),
          await collection.countDocuments(),
        ],
        expected: [{ _id: 1, n: 1 }, 1],
      },
      {
        name: 'updateMany and deleteMany count',
        manual: 'reference/command/update/',
        documents: [
          { _id: 1, a: 1 },
          { _id: 2, a: 1 },
          { _id: 3, a: 2 },
        ],
        run: async (collection) => [
          (await collection.updateMany({ a: 1 }, { $set: { b: 1 } })).modifiedCount,
          (await collection.deleteMany({ b: 1 })).deletedCount,
          (await collection.deleteOne({})).deletedCount,
        ],
        expected: [2, 2, 1],
      },
    ],
  },
];
