import { Double, Int32, Long, ObjectId } from 'mongodb';
import { expression, pipeline, type OperationGroup } from './operation-case';

const SALES = [
  { _id: 1, item: 'abc', price: 10, quantity: 2, date: new Date('2014-03-01T08:00:00Z') },
  { _id: 2, item: 'jkl', price: 20, quantity: 1, date: new Date('2014-03-01T09:00:00Z') },
  { _id: 3, item: 'xyz', price: 5, quantity: 10, date: new Date('2014-03-15T09:00:00Z') },
  { _id: 4, item: 'xyz', price: 5, quantity: 20, date: new Date('2014-04-04T11:21:39.736Z') },
  { _id: 5, item: 'abc', price: 10, quantity: 10, date: new Date('2014-04-04T21:23:13.331Z') },
  { _id: 6, item: 'def', price: 7.5, quantity: 5, date: new Date('2015-06-04T05:08:13Z') },
  { _id: 7, item: 'def', price: 7.5, quantity: 10, date: new Date('2015-09-10T08:43:00Z') },
  { _id: 8, item: 'abc', price: 10, quantity: 5, date: new Date('2016-02-06T20:20:13Z') },
];
const CLOTHES = [
  { _id: 1, item: 'Shirt', sizes: ['S', 'M', 'L'] },
  { _id: 2, item: 'Shorts', sizes: [] },
  { _id: 3, item: 'Hat', sizes: 'M' },
  { _id: 4, item: 'Gloves' },
  { _id: 5, item: 'Scarf', sizes: null },
];
const ARTWORK = [
  { _id: 1, title: 'The Pillars of Society', artist: 'Grosz', price: 199.99, tags: ['painting', 'satire'] },
  { _id: 2, title: 'Melancholy III', artist: 'Munch', price: 280, tags: ['woodcut', 'painting'] },
  { _id: 3, title: 'Dancer', artist: 'Miro', price: 76.04, tags: ['oil', 'painting'] },
];

/** Stages. */
export const STAGES: readonly OperationGroup[] = [
  {
    group: '$group',
    cases: [
      {
        name: 'having',
        manual: 'reference/operator/aggregation/group/',
        documents: SALES,
        run: pipeline(
          { $group: { _id: '$item', totalSaleAmount: { $sum: { $multiply: ['$price', '$quantity'] } } } },
          { $match: { totalSaleAmount: { $gte: 100 } } },
          { $sort: { _id: 1 } },
        ),
        expected: [
          { _id: 'abc', totalSaleAmount: 170 },
          { _id: 'def', totalSaleAmount: 112.5 },
          { _id: 'xyz', totalSaleAmount: 150 },
        ],
      },
      {
        name: 'by day of the year',
        manual: 'reference/operator/aggregation/group/',
        documents: SALES,
        run: pipeline(
          { $match: { date: { $gte: new Date('2014-01-01'), $lt: new Date('2015-01-01') } } },
          {
            $group: {
              _id: { $dateToString: { format: '%Y-%m-%d', date: '$date' } },
              totalSaleAmount: { $sum: { $multiply: ['$price', '$quantity'] } },
              averageQuantity: { $avg: '$quantity' },
              count: { $sum: 1 },
            },
          },
          { $sort: { totalSaleAmount: -1 } },
        ),
        expected: [
          { _id: '2014-04-04', totalSaleAmount: 200, averageQuantity: 15, count: 2 },
          { _id: '2014-03-15', totalSaleAmount: 50, averageQuantity: 10, count: 1 },
          { _id: '2014-03-01', totalSaleAmount: 40, averageQuantity: 1.5, count: 2 },
        ],
      },
      {
        name: 'by null',
        manual: 'reference/operator/aggregation/group/',
        documents: SALES,
        run: pipeline({
          $group: {
            _id: null,
            total: { $sum: { $multiply: ['$price', '$quantity'] } },
            average: { $avg: '$quantity' },
            count: { $count: {} },
          },
        }),
        expected: [{ _id: null, total: 452.5, average: 7.875, count: 8 }],
      },
      {
        name: 'by several fields, with conditions',
        manual: 'reference/operator/aggregation/cond/',
        documents: SALES,
        run: pipeline(
          {
            $group: {
              _id: { item: '$item', year: { $year: '$date' } },
              many: { $sum: { $cond: [{ $gte: ['$quantity', 10] }, 1, 0] } },
            },
          },
          { $sort: { _id: 1 } },
        ),
        expected: [
          { _id: { item: 'abc', year: 2014 }, many: 1 },
          { _id: { item: 'abc', year: 2016 }, many: 0 },
          { _id: { item: 'def', year: 2015 }, many: 1 },
          { _id: { item: 'jkl', year: 2014 }, many: 0 },
          { _id: { item: 'xyz', year: 2014 }, many: 2 },
        ],
      },
      {
        name: '$first, $last, $push, $min, $max of sorted input',
        manual: 'reference/operator/aggregation/first/',
        documents: SALES,
        run: pipeline(
          { $sort: { date: 1 } },
          {
            $group: {
              _id: '$item',
              first: { $first: '$_id' },
              last: { $last: '$_id' },
              all: { $push: { q: '$quantity' } },
              min: { $min: '$quantity' },
              max: { $max: '$date' },
            },
          },
          { $match: { _id: 'abc' } },
        ),
        expected: [
          {
            _id: 'abc',
            first: 1,
            last: 8,
            all: [{ q: 2 }, { q: 10 }, { q: 5 }],
            min: 2,
            max: new Date('2016-02-06T20:20:13Z'),
          },
        ],
      },
      {
        name: '$addToSet',
        manual: 'reference/operator/aggregation/addToSet/',
        documents: SALES,
        run: async (collection) => {
          const [group] = await collection
            .aggregate<{ items: string[] }>([{ $group: { _id: null, items: { $addToSet: '$item' } } }])
            .toArray();
          return group?.items.sort();
        },
        expected: ['abc', 'def', 'jkl', 'xyz'],
      },
      {
        name: 'null and missing are one group',
        manual: 'reference/operator/aggregation/group/',
        documents: [{ _id: 1, a: null }, { _id: 2 }],
        run: pipeline({ $group: { _id: '$a', n: { $sum: 1 } } }),
        expected: [{ _id: null, n: 2 }],
      },
      {
        name: 'numbers of several types are one group',
        manual: 'reference/bson-type-comparison-order/#numeric-types',
        documents: [
          { _id: 1, a: new Int32(1) },
          { _id: 2, a: new Double(1) },
          { _id: 3, a: Long.fromNumber(1) },
        ],
        run: pipeline({ $group: { _id: '$a', n: { $sum: 1 } } }),
        expected: [{ _id: 1, n: 3 }],
      },
      {
        name: '$sum ignores what is no number, $push what is missing',
        manual: 'reference/operator/aggregation/sum/#non-numeric-or-non-existent-fields',
        documents: [{ _id: 1, a: 'x' }, { _id: 2, a: 2 }, { _id: 3 }],
        run: pipeline({
          $group: {
            _id: null,
            sum: { $sum: '$a' },
            none: { $sum: '$b' },
            average: { $avg: '$b' },
            all: { $push: '$a' },
            max: { $max: '$a' },
          },
        }),
        expected: [{ _id: null, sum: 2, none: 0, average: null, all: ['x', 2], max: 'x' }],
      },
      {
        name: 'sums of doubles are compensated',
        manual: 'reference/operator/aggregation/sum/',
        documents: Array.from({ length: 10 }, (_, i) => ({ _id: i, a: 0.1 })),
        run: pipeline({ $group: { _id: null, sum: { $sum: '$a' } } }),
        expected: [{ _id: null, sum: 1 }],
      },
      {
        name: '$mergeObjects',
        manual: 'reference/operator/aggregation/mergeObjects/',
        documents: [
          { _id: 1, q: { a: 1, b: 1 } },
          { _id: 2, q: { b: 2 } },
          { _id: 3, q: null },
        ],
        run: pipeline({ $sort: { _id: 1 } }, { $group: { _id: null, all: { $mergeObjects: '$q' } } }),
        expected: [{ _id: null, all: { a: 1, b: 2 } }],
      },
      {
        name: 'an accumulator takes one operand',
        manual: 'reference/operator/aggregation/sum/',
        documents: SALES,
        run: pipeline({ $group: { _id: null, a: { $sum: ['$price', '$quantity'] } } }),
        expected: { error: 40_237 },
      },
      {
        name: '_id is required',
        manual: 'reference/operator/aggregation/group/',
        documents: SALES,
        run: pipeline({ $group: { a: { $sum: 1 } } }),
        expected: { error: 15_955 },
      },
    ],
  },
  {
    group: 'other stages',
    cases: [
      {
        name: '$unwind',
        manual: 'reference/operator/aggregation/unwind/',
        documents: CLOTHES,
        run: pipeline({ $unwind: '$sizes' }),
        expected: [
          { _id: 1, item: 'Shirt', sizes: 'S' },
          { _id: 1, item: 'Shirt', sizes: 'M' },
          { _id: 1, item: 'Shirt', sizes: 'L' },
          { _id: 3, item: 'Hat', sizes: 'M' },
        ],
      },
      {
        name: '$unwind, preserving and with an index',
        manual: 'reference/operator/aggregation/unwind/',
        documents: CLOTHES.slice(1),
        run: pipeline({ $unwind: { path: '$sizes', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } }),
        expected: [
          { _id: 2, item: 'Shorts', i: null },
          { _id: 3, item: 'Hat', sizes: 'M', i: null },
          { _id: 4, item: 'Gloves', i: null },
          { _id: 5, item: 'Scarf', sizes: null, i: null },
        ],
      },
      {
        name: '$lookup',
        manual: 'reference/operator/aggregation/lookup/',
        documents: [{ _id: 1, item: 'almonds' }, { _id: 2, item: 'pecans' }, { _id: 3 }],
        run: async (collection, db) => {
          const inventory = db.collection<{ _id: number }>(`${collection.collectionName}-inventory`);
          await inventory.insertMany([
            { _id: 1, sku: 'almonds', instock: 120 },
            { _id: 2, sku: 'bread' },
            { _id: 5, sku: null },
            { _id: 6 },
          ] as { _id: number }[]);
          return collection
            .aggregate([
              { $lookup: { from: inventory.collectionName, localField: 'item', foreignField: 'sku', as: 'docs' } },
            ])
            .toArray();
        },
        expected: [
          { _id: 1, item: 'almonds', docs: [{ _id: 1, sku: 'almonds', instock: 120 }] },
          { _id: 2, item: 'pecans', docs: [] },
          { _id: 3, docs: [{ _id: 5, sku: null }, { _id: 6 }] },
        ],
      },
      {
        name: '$lookup joins an array by its elements',
        manual: 'reference/operator/aggregation/lookup/#use-lookup-with-an-array',
        documents: [{ _id: 1, enrolled: ['giraffe2', 'artie'] }],
        run: async (collection, db) => {
          const members = db.collection<{ _id: number; name: string }>(`${collection.collectionName}-members`);
          await members.insertMany([
            { _id: 1, name: 'artie' },
            { _id: 2, name: 'pandabear' },
            { _id: 3, name: 'giraffe2' },
          ]);
          return collection
            .aggregate([
              { $lookup: { from: members.collectionName, localField: 'enrolled', foreignField: 'name', as: 'info' } },
            ])
            .toArray();
        },
        expected: [
          {
            _id: 1,
            enrolled: ['giraffe2', 'artie'],
            info: [
              { _id: 1, name: 'artie' },
              { _id: 3, name: 'giraffe2' },
            ],
          },
        ],
      },
      {
        name: '$facet and $sortByCount',
        manual: 'reference/operator/aggregation/facet/',
        documents: ARTWORK,
        run: pipeline({
          $facet: {
            tags: [{ $unwind: '$tags' }, { $sortByCount: '$tags' }, { $limit: 1 }],
            cheap: [{ $match: { price: { $lt: 100 } } }, { $project: { title: 1 } }],
            none: [{ $match: { price: 0 } }, { $count: 'n' }],
          },
        }),
        expected: [{ tags: [{ _id: 'painting', count: 3 }], cheap: [{ _id: 3, title: 'Dancer' }], none: [] }],
      },
      {
        name: '$count',
        manual: 'reference/operator/aggregation/count/',
        documents: ARTWORK,
        run: pipeline({ $match: { price: { $gt: 100 } } }, { $count: 'dear' }),
        expected: [{ dear: 2 }],
      },
      {
        name: '$addFields',
        manual: 'reference/operator/aggregation/addFields/',
        documents: [{ _id: 1, homework: [10, 5, 10], quiz: [10, 8], extra: 0, specs: { doors: 4 } }],
        run: pipeline(
          { $addFields: { totalHomework: { $sum: '$homework' }, 'specs.fuel': 'gas', extra: '$$REMOVE' } },
          { $addFields: { total: { $add: ['$totalHomework', { $sum: '$quiz' }] } } },
          { $project: { homework: 0, quiz: 0 } },
        ),
        expected: [{ _id: 1, specs: { doors: 4, fuel: 'gas' }, totalHomework: 25, total: 43 }],
      },
      {
        name: '$addFields in an array of documents',
        manual: 'reference/operator/aggregation/addFields/',
        documents: [{ _id: 1, a: [{ b: 1 }, { b: 2 }] }],
        run: pipeline({ $addFields: { 'a.c': 3 } }),
        expected: [
          {
            _id: 1,
            a: [
              { b: 1, c: 3 },
              { b: 2, c: 3 },
            ],
          },
        ],
      },
      {
        name: '$project: inclusion, computed fields, nested',
        manual: 'reference/operator/aggregation/project/',
        documents: [
          { _id: 1, title: 'abc123', isbn: '0001122223334', author: { last: 'zzz', first: 'aaa' }, copies: 5 },
        ],
        run: pipeline({
          $project: {
            title: 1,
            prefix: { $substrCP: ['$isbn', 0, 3] },
            lastName: '$author.last',
            author: { first: 1 },
            copiesSold: '$copies',
            pair: ['$copies', '$none'],
            gone: '$none',
          },
        }),
        expected: [
          {
            _id: 1,
            title: 'abc123',
            author: { first: 'aaa' },
            prefix: '000',
            lastName: 'zzz',
            copiesSold: 5,
            pair: [5, null],
          },
        ],
      },
      {
        name: '$replaceRoot',
        manual: 'reference/operator/aggregation/replaceRoot/',
        documents: [{ _id: 1, name: 'x', grades: { a: 1 } }],
        run: pipeline({ $replaceRoot: { newRoot: { $mergeObjects: [{ id: '$_id' }, '$grades'] } } }),
        expected: [{ id: 1, a: 1 }],
      },
      {
        name: '$replaceWith something else than a document',
        manual: 'reference/operator/aggregation/replaceWith/',
        documents: [{ _id: 1 }],
        run: pipeline({ $replaceWith: '$none' }),
        expected: { error: 40_228 },
      },
      {
        name: '$unset, $skip, $limit',
        manual: 'reference/operator/aggregation/unset/',
        documents: ARTWORK,
        run: pipeline({ $sort: { price: -1 } }, { $skip: 1 }, { $limit: 1 }, { $unset: ['tags', 'artist', 'title'] }),
        expected: [{ _id: 1, price: 199.99 }],
      },
      {
        name: '$limit 0',
        manual: 'reference/operator/aggregation/limit/',
        documents: ARTWORK,
        run: pipeline({ $limit: 0 }),
        expected: { error: 15_958 },
      },
      {
        name: 'an unknown stage',
        manual: 'reference/operator/aggregation-pipeline/',
        documents: ARTWORK,
        run: pipeline({ $filterBy: {} }),
        expected: { error: 40_324 },
      },
    ],
  },
];

const one = (fields: object) => [{ _id: 1, ...fields }];
const DAY = new Date('2014-01-01T08:15:39.736Z');

/** Expressions. */
export const EXPRESSIONS: readonly OperationGroup[] = [
  {
    group: 'arithmetic and comparison',
    cases: [
      {
        name: '$add of a date and milliseconds',
        manual: 'reference/operator/aggregation/add/',
        documents: one({ date: new Date('2014-03-01T08:00:00Z') }),
        run: expression({ $add: ['$date', 3 * 24 * 60 * 60000] }),
        expected: { result: new Date('2014-03-04T08:00:00Z') },
      },
      {
        name: '$subtract of dates gives milliseconds',
        manual: 'reference/operator/aggregation/subtract/',
        documents: one({ a: new Date(5000), b: new Date(2000) }),
        run: expression({ $subtract: ['$a', '$b'] }),
        expected: { result: 3000 },
      },
      {
        name: 'null operands give null',
        manual: 'reference/operator/aggregation/add/',
        documents: one({}),
        run: expression({ $add: ['$none', 1] }),
        expected: { result: null },
      },
      {
        name: '$add of a string',
        manual: 'reference/operator/aggregation/add/',
        documents: one({ a: 'x' }),
        run: expression({ $add: ['$a', 1] }),
        expected: { error: 16_554 },
      },
      {
        name: '$divide',
        manual: 'reference/operator/aggregation/divide/',
        documents: one({ hours: 80 }),
        run: expression({ $divide: ['$hours', 8] }),
        expected: { result: 10 },
      },
      {
        name: '$divide by zero',
        manual: 'reference/operator/aggregation/divide/',
        documents: one({ a: 0 }),
        run: expression({ $divide: [1, '$a'] }),
        expected: { error: 2 },
      },
      {
        name: '$mod',
        manual: 'reference/operator/aggregation/mod/',
        documents: one({}),
        run: expression([{ $mod: [80, 7] }, { $mod: [-5, 3] }]),
        expected: { result: [3, -2] },
      },
      {
        name: '$round goes to the even neighbour',
        manual: 'reference/operator/aggregation/round/',
        documents: one({}),
        run: expression([10.5, 11.5, 12.5, 13.5].map((value) => ({ $round: [value, 0] }))),
        expected: { result: [10, 12, 12, 14] },
      },
      {
        name: '$round to a place',
        manual: 'reference/operator/aggregation/round/',
        documents: one({}),
        run: expression([
          { $round: [19.25, 1] },
          { $round: [-45.39, 1] },
          { $round: [1234.5678, 2] },
          { $round: [1234.5678, -2] },
          { $round: [1234.5678, -4] },
          { $round: [19, -1] },
        ]),
        expected: { result: [19.2, -45.4, 1234.57, 1200, 0, 20] },
      },
      {
        name: '$trunc, $ceil, $floor, $abs',
        manual: 'reference/operator/aggregation/trunc/',
        documents: one({}),
        run: expression([{ $trunc: [19.25, 1] }, { $trunc: -45.39 }, { $ceil: 7.8 }, { $floor: -2.8 }, { $abs: -1 }]),
        expected: { result: [19.2, -45, 8, -3, 1] },
      },
      {
        name: 'comparison goes across types',
        manual: 'reference/bson-type-comparison-order/',
        documents: one({ n: null }),
        run: expression([
          { $gt: ['a', 5] },
          { $lt: ['$none', '$n'] },
          { $eq: ['$none', '$n'] },
          { $cmp: [5, 5.0] },
          { $cmp: [1, true] },
        ]),
        expected: { result: [true, true, false, 0, -1] },
      },
      {
        name: 'arrays compare by elements',
        manual: 'reference/bson-type-comparison-order/#arrays',
        documents: one({}),
        run: expression([
          {
            $lt: [
              [1, 2],
              [1, 3],
            ],
          },
          { $lt: [[1, 2], [1]] },
          {
            $eq: [
              [1, 2],
              [2, 1],
            ],
          },
        ]),
        expected: { result: [true, false, false] },
      },
      {
        name: '$and, $or, $not',
        manual: 'reference/operator/aggregation/and/',
        documents: one({}),
        run: expression([
          { $and: [1, 'green'] },
          { $and: [] },
          { $and: [[null], [false], [0]] },
          { $and: [null, true] },
          { $or: [] },
          { $or: [0, undefined, 5] },
          { $not: [[false]] },
          { $not: [0] },
        ]),
        expected: { result: [true, true, true, false, false, true, false, true] },
      },
      {
        name: '$cond and $ifNull',
        manual: 'reference/operator/aggregation/ifNull/',
        documents: one({ qty: 250 }),
        run: expression([
          { $cond: { if: { $gte: ['$qty', 250] }, then: 30, else: 20 } },
          { $cond: ['$none', 1, 2] },
          { $ifNull: ['$none', '$also', 'Unspecified'] },
        ]),
        expected: { result: [30, 2, 'Unspecified'] },
      },
      {
        name: '$switch without a match',
        manual: 'reference/operator/aggregation/switch/',
        documents: one({}),
        run: expression({ $switch: { branches: [{ case: { $eq: [0, 5] }, then: 'equals' }] } }),
        expected: { error: 40_066 },
      },
      {
        name: '$literal and $let',
        manual: 'reference/operator/aggregation/let/',
        documents: one({ price: 10, tax: 0.5 }),
        run: expression([
          { $literal: '$1' },
          { $let: { vars: { total: { $add: ['$price', '$tax'] } }, in: { $multiply: ['$$total', 2] } } },
        ]),
        expected: { result: ['$1', 21] },
      },
    ],
  },
  {
    group: 'strings, arrays, objects, types',
    cases: [
      {
        name: '$concat',
        manual: 'reference/operator/aggregation/concat/',
        documents: one({ item: 'ABC1' }),
        run: expression([{ $concat: ['$item', ' - ', 'x'] }, { $concat: ['$item', null] }]),
        expected: { result: ['ABC1 - x', null] },
      },
      {
        name: '$toLower, $toUpper, $strLenCP, $substrCP, $split, $trim',
        manual: 'reference/operator/aggregation/substrCP/',
        documents: one({}),
        run: expression([
          { $toLower: 'ABC' },
          { $toUpper: null },
          { $strLenCP: 'cafétéria' },
          { $substrCP: ['寿司sushi', 0, 3] },
          { $split: ['June-15-2013', '-'] },
          { $trim: { input: ' \n good  bye \t ' } },
          { $ltrim: { input: 'ggggoodbyeeeee', chars: 'gd' } },
        ]),
        expected: { result: ['abc', '', 9, '寿司s', ['June', '15', '2013'], 'good  bye', 'oodbyeeeee'] },
      },
      {
        name: '$regexMatch',
        manual: 'reference/operator/aggregation/regexMatch/',
        documents: one({ d: 'Single LINE description.' }),
        run: expression([
          { $regexMatch: { input: '$d', regex: /line/ } },
          { $regexMatch: { input: '$d', regex: 'line', options: 'i' } },
          { $regexMatch: { input: '$none', regex: 'x' } },
        ]),
        expected: { result: [false, true, false] },
      },
      {
        name: '$arrayElemAt, $first, $last, $size, $slice, $in',
        manual: 'reference/operator/aggregation/arrayElemAt/',
        documents: one({ a: [1, 2, 3] }),
        run: expression([
          { $arrayElemAt: ['$a', -2] },
          { $arrayElemAt: ['$a', 15] },
          { $first: '$a' },
          { $last: '$a' },
          { $size: '$a' },
          { $slice: ['$a', 1, 1] },
          { $slice: ['$a', -2] },
          { $slice: ['$a', 15, 2] },
          { $in: [2, '$a'] },
        ]),
        expected: { result: [2, null, 1, 3, 3, [2], [2, 3], [], true] },
      },
      {
        name: '$size of no array',
        manual: 'reference/operator/aggregation/size/',
        documents: one({}),
        run: expression({ $size: '$none' }),
        expected: { error: 17_124 },
      },
      {
        name: '$filter, $map, $reduce',
        manual: 'reference/operator/aggregation/filter/',
        documents: one({ items: [{ price: 110 }, { price: 5 }, { price: 200 }] }),
        run: expression([
          { $filter: { input: '$items', as: 'item', cond: { $gte: ['$$item.price', 100] }, limit: 1 } },
          { $map: { input: '$items', in: { $add: ['$$this.price', 1] } } },
          { $reduce: { input: ['a', 'b'], initialValue: '', in: { $concat: ['$$value', '$$this'] } } },
        ]),
        expected: { result: [[{ price: 110 }], [111, 6, 201], 'ab'] },
      },
      {
        name: '$concatArrays, $reverseArray, $isArray',
        manual: 'reference/operator/aggregation/concatArrays/',
        documents: one({}),
        run: expression([
          { $concatArrays: [['hello'], [['world']]] },
          { $concatArrays: [['a'], null] },
          { $reverseArray: [[1, 2]] },
          { $isArray: ['x'] },
        ]),
        expected: { result: [['hello', ['world']], null, [2, 1], false] },
      },
      {
        name: 'a path through an array of documents',
        manual: 'core/aggregation-pipeline/',
        documents: one({ a: [{ b: 1 }, { c: 2 }, { b: 3 }] }),
        run: expression(['$a.b', { $sum: '$a.b' }]),
        expected: { result: [[1, 3], 4] },
      },
      {
        name: '$mergeObjects, $objectToArray, $arrayToObject',
        manual: 'reference/operator/aggregation/objectToArray/',
        documents: one({ d: { l: 25, w: 10 } }),
        run: expression([
          { $mergeObjects: ['$d', { w: 1 }, null] },
          { $objectToArray: '$d' },
          {
            $arrayToObject: [
              [
                ['a', 1],
                ['b', 2],
              ],
            ],
          },
        ]),
        expected: {
          result: [
            { l: 25, w: 1 },
            [
              { k: 'l', v: 25 },
              { k: 'w', v: 10 },
            ],
            { a: 1, b: 2 },
          ],
        },
      },
      {
        name: '$type',
        manual: 'reference/operator/aggregation/type/',
        documents: one({ a: 8, b: [41.63, 88.19], c: { a: 1 }, d: 'caneloni', e: new Date(0), f: null }),
        run: expression(['$a', '$b', '$c', '$d', '$e', '$f', '$none'].map((path) => ({ $type: path }))),
        expected: { result: ['int', 'array', 'object', 'string', 'date', 'null', 'missing'] },
      },
      {
        name: 'conversions',
        manual: 'reference/operator/aggregation/convert/',
        documents: one({ id: new ObjectId('5ab9c3da31c2ab715d421285'), d: new Date(0) }),
        run: expression([
          { $toString: '$id' },
          { $toString: 2.5 },
          { $toString: '$d' },
          { $toInt: '-2' },
          { $toInt: 5.9 },
          { $toDouble: '2.5' },
          { $toBool: 'false' },
          { $toDate: '2018-03-03' },
          { $toDate: '$id' },
          { $toObjectId: '5ab9c3da31c2ab715d421285' },
          { $toInt: null },
        ]),
        expected: {
          result: [
            '5ab9c3da31c2ab715d421285',
            '2.5',
            '1970-01-01T00:00:00.000Z',
            -2,
            5,
            2.5,
            true,
            new Date('2018-03-03'),
            new Date('2018-03-27T04:08:58Z'),
            new ObjectId('5ab9c3da31c2ab715d421285'),
            null,
          ],
        },
      },
      {
        name: 'conversion of no number',
        manual: 'reference/operator/aggregation/toInt/',
        documents: one({}),
        run: expression({ $toInt: '2.5' }),
        expected: { error: 241 },
      },
      {
        name: 'result types of $sum',
        manual: 'reference/operator/aggregation/sum/#result-data-type',
        documents: one({ i: new Int32(2_147_483_647), d: new Double(1) }),
        run: async (collection) => {
          const [result] = await collection
            .aggregate<{ a: unknown }>(
              [
                {
                  $project: {
                    _id: 0,
                    a: [
                      { $sum: ['$i'] },
                      { $sum: ['$i', 1] },
                      { $sum: ['$i', '$d'] },
                      { $avg: ['$i'] },
                      { $divide: ['$i', 1] },
                    ],
                  },
                },
              ],
              { promoteValues: false },
            )
            .toArray();
          return result?.a;
        },
        expected: [
          new Int32(2_147_483_647),
          Long.fromNumber(2_147_483_648),
          new Double(2_147_483_648),
          new Double(2_147_483_647),
          new Double(2_147_483_647),
        ],
      },
    ],
  },
  {
    group: 'dates',
    cases: [
      {
        name: 'parts',
        manual: 'reference/operator/aggregation/dayOfWeek/',
        documents: one({ date: DAY }),
        run: expression(
          [
            '$year',
            '$month',
            '$dayOfMonth',
            '$hour',
            '$minute',
            '$second',
            '$millisecond',
            '$dayOfYear',
            '$dayOfWeek',
            '$isoWeek',
            '$isoWeekYear',
            '$isoDayOfWeek',
          ].map((part) => ({ [part]: '$date' })),
        ),
        expected: { result: [2014, 1, 1, 8, 15, 39, 736, 1, 4, 1, 2014, 3] },
      },
      {
        name: 'parts in a time zone',
        manual: 'reference/operator/aggregation/dayOfMonth/',
        documents: one({}),
        run: expression([
          { $dayOfMonth: { date: new Date('2016-01-01T00:00:00Z'), timezone: '-0500' } },
          { $hour: { date: new Date('2016-07-01T12:00:00Z'), timezone: 'America/New_York' } },
        ]),
        expected: { result: [31, 8] },
      },
      {
        name: '$dateToString',
        manual: 'reference/operator/aggregation/dateToString/',
        documents: one({ date: new Date('2014-01-01T08:15:39.736Z') }),
        run: expression([
          { $dateToString: { format: '%Y-%m-%d', date: '$date' } },
          { $dateToString: { format: '%H:%M:%S:%L%z', date: '$date', timezone: 'America/New_York' } },
          { $dateToString: { format: '%H:%M:%S:%L%z', date: '$date', timezone: '+04:30' } },
          { $dateToString: { format: '%Z', date: '$date', timezone: 'America/New_York' } },
          { $dateToString: { format: '%j %w %u %U %%', date: '$date' } },
          { $dateToString: { date: '$date' } },
          { $dateToString: { date: '$none', onNull: 'none' } },
          { $dateToString: { date: '$none' } },
        ]),
        expected: {
          result: [
            '2014-01-01',
            '03:15:39:736-0500',
            '12:45:39:736+0430',
            '-300',
            '001 4 3 00 %',
            '2014-01-01T08:15:39.736Z',
            'none',
            null,
          ],
        },
      },
      {
        name: 'ISO weeks around the turn of the year',
        manual: 'reference/operator/aggregation/isoWeek/',
        documents: one({}),
        run: expression(
          ['2026-01-01', '2026-12-31', '2027-01-03', '2027-01-04', '2016-01-04', '2020-12-31', '2021-01-03'].map(
            (day) => ({ $dateToString: { format: '%G-W%V', date: new Date(day) } }),
          ),
        ),
        expected: { result: ['2026-W01', '2026-W53', '2026-W53', '2027-W01', '2016-W01', '2020-W53', '2020-W53'] },
      },
      {
        name: 'an unknown specifier',
        manual: 'reference/operator/aggregation/dateToString/',
        documents: one({ date: DAY }),
        run: expression({ $dateToString: { format: '%x', date: '$date' } }),
        expected: { error: 18_536 },
      },
      {
        name: 'an unknown time zone',
        manual: 'reference/operator/aggregation/dateToString/',
        documents: one({ date: DAY }),
        run: expression({ $dateToString: { date: '$date', timezone: 'Europe/Atlantis' } }),
        expected: { error: 40_485 },
      },
      {
        name: '$dateTrunc',
        manual: 'reference/operator/aggregation/dateTrunc/',
        documents: one({ date: new Date('2021-03-20T11:30:05Z') }),
        run: expression(
          [
            { unit: 'hour', binSize: 2 },
            { unit: 'day' },
            { unit: 'week' },
            { unit: 'week', startOfWeek: 'Monday' },
            { unit: 'month' },
            { unit: 'quarter' },
            { unit: 'year' },
            { unit: 'month', binSize: 6 },
            { unit: 'day', timezone: 'America/Los_Angeles' },
          ].map((options) => ({ $dateTrunc: { date: '$date', ...options } })),
        ),
        expected: {
          result: [
            new Date('2021-03-20T10:00:00Z'),
            new Date('2021-03-20'),
            new Date('2021-03-14'),
            new Date('2021-03-15'),
            new Date('2021-03-01'),
            new Date('2021-01-01'),
            new Date('2021-01-01'),
            new Date('2021-01-01'),
            new Date('2021-03-20T07:00:00Z'),
          ],
        },
      },
      {
        name: '$dateAdd: the last day of a shorter month',
        manual: 'reference/operator/aggregation/dateAdd/',
        documents: one({}),
        run: expression([
          { $dateAdd: { startDate: new Date('2020-12-31T12:10:05Z'), unit: 'month', amount: 2 } },
          { $dateSubtract: { startDate: new Date('2021-03-31T12:10:05Z'), unit: 'month', amount: 1 } },
          { $dateAdd: { startDate: new Date('2020-10-23'), unit: 'day', amount: 3 } },
        ]),
        expected: {
          result: [new Date('2021-02-28T12:10:05Z'), new Date('2021-02-28T12:10:05Z'), new Date('2020-10-26')],
        },
      },
      {
        name: '$dateAdd across a clock change',
        manual: 'reference/operator/aggregation/dateAdd/',
        documents: one({}),
        run: expression([
          {
            $dateAdd: {
              startDate: new Date('2021-03-13T16:00:00Z'),
              unit: 'day',
              amount: 1,
              timezone: 'America/New_York',
            },
          },
          {
            $dateAdd: {
              startDate: new Date('2021-03-13T16:00:00Z'),
              unit: 'hour',
              amount: 24,
              timezone: 'America/New_York',
            },
          },
          {
            $dateAdd: {
              startDate: new Date('2021-03-13T08:30:00Z'),
              unit: 'day',
              amount: 1,
              timezone: 'America/New_York',
            },
          },
        ]),
        expected: {
          result: [
            new Date('2021-03-14T15:00:00Z'),
            new Date('2021-03-14T16:00:00Z'),
            new Date('2021-03-14T07:30:00Z'),
          ],
        },
      },
    ],
  },
];
