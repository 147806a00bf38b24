import { toDay } from '../../../../../legacy/day';
import { validateMetricsQuery } from '../../../../../legacy/metrics/validate';

const NOW = new Date('2026-11-02T23:59:59.999Z');

function read(query: object): unknown {
  const result = validateMetricsQuery(query, NOW);
  if (!result.ok) return result.fields;
  const { interval, range } = result.value;
  return [interval, toDay(range.from), toDay(range.to)];
}

test('the last 30 days by default, today included', () => {
  expect(read({})).toEqual(['day', '2026-10-04', '2026-11-03']);
});

test('one end may be left out', () => {
  expect(read({ from: '2026-11-01' })).toEqual(['day', '2026-11-01', '2026-11-03']);
  expect(read({ to: '2026-03-01', interval: 'week' })).toEqual(['week', '2026-01-30', '2026-03-01']);
});

test.each([
  [{ interval: 'month' }, { interval: 'must be one of day, week' }],
  [{ interval: ['day'] }, { interval: 'must be one of day, week' }],
  [{ interval: '' }, { interval: 'must be one of day, week' }],
  [{ from: '2026-02-30' }, { from: 'must be a date such as 2026-11-02' }],
  [{ from: '2026-11-02T00:00:00Z' }, { from: 'must be a date such as 2026-11-02' }],
  [{ to: { $gt: '' } }, { to: 'must be a date such as 2026-11-02' }],
  [{ to: '' }, { to: 'must be a date such as 2026-11-02' }],
  [{ from: '2026-11-02', to: '2026-11-02' }, { from: 'must be before to' }],
  [{ from: '2027-01-01' }, { from: 'must be before to' }],
  [
    { from: 'x', to: 'y', interval: 'z' },
    {
      interval: 'must be one of day, week',
      from: 'must be a date such as 2026-11-02',
      to: 'must be a date such as 2026-11-02',
    },
  ],
])('%j is refused', (query, fields) => {
  expect(read(query)).toEqual(fields);
});
