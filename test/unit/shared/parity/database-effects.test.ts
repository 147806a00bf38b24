import { compareChanges, type Change } from '../../../../shared/parity/database-effects';

describe('comparison of changes', () => {
  const inserted = (after: unknown, collection = 'events'): Change => ({
    collection,
    kind: 'inserted',
    id: 'x',
    before: undefined,
    after,
  });

  it('finds none between equal changes, in whatever order', () => {
    const [a, b] = [inserted({ n: 1 }), inserted({ n: 2 })];
    expect(compareChanges([a, b], [b, a])).toEqual([]);
  });

  it.each<[string, unknown, unknown, object]>([
    ['another value', { t: 'a' }, { t: 'b' }, { path: 'database events inserted after.t', kind: 'value' }],
    ['a missing field', { t: 'a', u: 1 }, { t: 'a' }, { path: 'database events inserted after.u', kind: 'missing' }],
    ['a further field', { t: 'a' }, { t: 'a', u: 1 }, { path: 'database events inserted after.u', kind: 'unexpected' }],
    [
      'another BSON type',
      { n: { $numberInt: '1' } },
      { n: { $numberDouble: '1.0' } },
      { path: 'database events inserted after.n.$numberInt', kind: 'missing' },
    ],
    [
      'another order of fields',
      { a: 1, b: 2 },
      { b: 2, a: 1 },
      { path: 'database events inserted after (order of fields)', kind: 'value' },
    ],
  ])('finds %s', (_name, control, candidate, expected) => {
    expect(compareChanges([inserted(control)], [inserted(candidate)])).toContainEqual(
      expect.objectContaining(expected),
    );
  });

  it('finds what only one side has done', () => {
    const notification = inserted({}, 'notifications');
    expect(compareChanges([inserted({}), notification], [inserted({})])).toMatchObject([
      {
        path: 'database notifications inserted',
        kind: 'missing',
        control: '1 document',
        candidate: undefined,
      },
    ]);
    expect(compareChanges([], [notification])).toMatchObject([{ kind: 'unexpected' }]);
  });
});
