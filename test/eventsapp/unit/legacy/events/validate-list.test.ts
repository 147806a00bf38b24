import fc from 'fast-check';
import { parse } from 'qs';
import { validateEventList } from '../../../../../legacy/events/validate-list';

/** As Express's extended query parser is set up. */
const read = (query: string) => validateEventList(parse(query, { allowPrototypes: true, arrayLimit: 1000 }));

test('defaults', () => {
  expect(read('')).toEqual({
    ok: true,
    value: { sort: { field: 'startsAt', direction: 1 }, page: 1, limit: 20 },
  });
});

test('everything at once', () => {
  expect(
    read('filter[status]=draft&filter[tags][]=a&filter[tags][]=b&filter[q]=x%20y&sort=-title&page=3&limit=100'),
  ).toEqual({
    ok: true,
    value: {
      status: 'draft',
      tags: ['a', 'b'],
      q: 'x y',
      sort: { field: 'title', direction: -1 },
      page: 3,
      limit: 100,
    },
  });
});

test('a single tag may be given without brackets, an empty search box is no search', () => {
  expect(read('filter[tags]=a&filter[q]=')).toMatchObject({ ok: true, value: { tags: ['a'] } });
  expect(read('filter[q]=')).not.toHaveProperty('value.q');
});

test.each([
  ['filter[status][$ne]=x', 'filter.status'],
  ['filter[status]=gone', 'filter.status'],
  ['filter[status]=', 'filter.status'],
  ['filter[status][]=draft', 'filter.status'],
  ['filter[tags][$in][]=a', 'filter.tags'],
  ['filter[tags][]=', 'filter.tags'],
  ['filter[tags][][$gt]=', 'filter.tags'],
  [`filter[tags]=${'x'.repeat(201)}`, 'filter.tags'],
  ['filter[q][$regex]=.*', 'filter.q'],
  ['filter[q]=a%00b', 'filter.q'],
  [`filter[q]=${'x'.repeat(201)}`, 'filter.q'],
  ['filter=draft', 'filter'],
  ['filter[]=draft', 'filter'],
  ['sort=capacity', 'sort'],
  ['sort[$gt]=', 'sort'],
  ['sort=', 'sort'],
  ['page=0', 'page'],
  ['page=-1', 'page'],
  ['page=1.5', 'page'],
  ['page=1&page=2', 'page'],
  ['page=100001', 'page'],
  ['limit=0', 'limit'],
  ['limit=101', 'limit'],
  ['limit=1e1', 'limit'],
  ['limit=', 'limit'],
])('%s is refused for %s', (query, field) => {
  const result = read(query);
  expect(result.ok ? 'accepted' : Object.keys(result.fields)).toEqual([field]);
});

test('more than twenty tags are too many', () => {
  const tags = (count: number) => Array.from({ length: count }, (_, index) => `filter[tags][]=${index}`).join('&');
  expect(read(tags(20)).ok).toBe(true);
  expect(read(tags(21)).ok).toBe(false);
});

test('whatever is sent, only text, lists of text and numbers come out', () => {
  const key = fc.constantFrom('filter', 'status', 'tags', 'q', 'sort', 'page', 'limit', '$ne', '__proto__', '');
  const value = fc.oneof(fc.constantFrom('draft', 'title', '1', '20', ''), fc.string());
  const pair = fc
    .tuple(fc.constantFrom('filter', 'sort', 'page', 'limit'), fc.array(key, { maxLength: 3 }), value)
    .map(([name, path, text]) => `${name}${path.map((part) => `[${part}]`).join('')}=${encodeURIComponent(text)}`);
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 6 }), (pairs) => {
      const result = read(pairs.join('&'));
      if (!result.ok) return Object.keys(result.fields).length > 0;
      const { status, tags, q, page, limit } = result.value;
      return (
        [status, q].every((text) => text === undefined || typeof text === 'string') &&
        (tags ?? []).every((tag) => typeof tag === 'string') &&
        Number.isInteger(page) &&
        limit >= 1 &&
        limit <= 100
      );
    }),
    { numRuns: 500 },
  );
});
