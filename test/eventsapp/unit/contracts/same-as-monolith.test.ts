import fc from 'fast-check';
import { parse } from 'qs';

import { validateEventList } from '../../../../legacy/events/validate-list';
import { validateMetricsQuery } from '../../../../legacy/metrics/validate';
import { parseListEventsQuery } from '../../../../lambda/eventsapp/contracts/events';
import { formatDay } from '../../../../lambda/eventsapp/contracts/day';
import { parseMetricsQuery } from '../../../../lambda/eventsapp/contracts/metrics';
import { ValidationError } from '../../../../lambda/http/validation';

const NOW = new Date('2026-11-23T23:59:59.999Z');

/** The answer's `fields` as text, because the order of keys is part of the body; undefined when the query is good. */
function faultsOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof ValidationError) return JSON.stringify(error.fields);
    throw error;
  }
}

/** Pairs such as `filter[status]=draft`, good and bad ones, as the query parser hands them on. */
function queries(names: readonly string[], values: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const value = fc.oneof(fc.constantFrom(...values), fc.string({ maxLength: 5 }));
  return fc
    .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 })
    .map((pairs) => parse(pairs.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&')));
}

const LIST = queries(
  [
    'filter',
    'filter[status]',
    'filter[tags]',
    'filter[tags][]',
    'filter[tags][a]',
    'filter[q]',
    'filter[q][$ne]',
    'sort',
    'sort[]',
    'page',
    'limit',
    'limit[]',
    'other',
  ],
  [
    '',
    'draft',
    'published',
    'startsAt',
    '-title',
    '-',
    '0',
    '1',
    '01',
    '20',
    '100',
    '101',
    '1e2',
    '-1',
    '100000',
    '100001',
    '\0',
    'x'.repeat(200),
    'x'.repeat(201),
  ],
);
const METRICS = queries(
  ['interval', 'interval[]', 'from', 'to', 'from[a]', 'to[]'],
  [
    '',
    'day',
    'week',
    'Day',
    '2026-11-02',
    '2026-11-03',
    '2026-02-30',
    '2024-02-29',
    '0000-01-01',
    '2026-1-1',
    '2026-11-02T00:00:00Z',
    '9999-12-31',
  ],
);

describe('the contracts refuse and accept what the monolith does', () => {
  it('for the list of events', () => {
    fc.assert(
      fc.property(LIST, (query) => {
        const legacy = validateEventList(query);
        expect(faultsOf(() => parseListEventsQuery(query))).toBe(legacy.ok ? undefined : JSON.stringify(legacy.fields));
        if (!legacy.ok) return;
        const { sort, status, tags, q, page, limit } = parseListEventsQuery(query);
        const direction = legacy.value.sort.direction === -1 ? '-' : '';
        expect({ sort, status, tags, q, page, limit }).toEqual({
          sort: `${direction}${legacy.value.sort.field}`,
          status: legacy.value.status,
          tags: legacy.value.tags,
          q: legacy.value.q,
          page: legacy.value.page,
          limit: legacy.value.limit,
        });
      }),
      { numRuns: 3_000 },
    );
  });

  it('for metrics', () => {
    fc.assert(
      fc.property(METRICS, (query) => {
        const legacy = validateMetricsQuery(query, NOW);
        expect(faultsOf(() => parseMetricsQuery(query, NOW))).toBe(
          legacy.ok ? undefined : JSON.stringify(legacy.fields),
        );
        if (!legacy.ok) return;
        const { interval, from, to } = parseMetricsQuery(query, NOW);
        expect({ interval, from, to }).toEqual({ interval: legacy.value.interval, ...legacy.value.range });
      }),
      { numRuns: 3_000 },
    );
  });

  it('reports the faults of a query in the monolith’s words', () => {
    expect(
      faultsOf(() => parseListEventsQuery({ filter: { status: 'x', tags: {} }, sort: 'x', page: '0', limit: '101' })),
    ).toBe(
      JSON.stringify({
        'filter.status': 'must be one of draft, published, cancelled',
        'filter.tags': 'must be a tag or up to 20 tags',
        sort: 'must be one of startsAt, -startsAt, title, -title, createdAt, -createdAt',
        page: 'must be a whole number from 1 to 100000',
        limit: 'must be a whole number from 1 to 100',
      }),
    );
  });

  it('takes the last 30 days, today included, when metrics are asked for without a range', () => {
    const { from, to } = parseMetricsQuery({}, NOW);
    expect([formatDay(from), formatDay(to)]).toEqual(['2026-10-25', '2026-11-24']);
  });
});
