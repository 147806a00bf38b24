import { validateActivity, validateEvent } from '../../../../../legacy/events/validate-body';

const GOOD = { title: 'Concert', startsAt: '2026-11-02T18:00:00Z' };

test('only title and startsAt are required', () => {
  expect(validateEvent(GOOD)).toEqual({
    ok: true,
    value: {
      title: 'Concert',
      description: '',
      status: 'draft',
      tags: [],
      venue: null,
      startsAt: new Date('2026-11-02T18:00:00.000Z'),
      endsAt: null,
      capacity: null,
    },
  });
});

test('a full event; unknown fields and ours are ignored', () => {
  const given = {
    title: '  Concert ',
    description: 'x',
    status: 'published',
    tags: ['a', 'b', 'a'],
    venue: 'Hall',
    startsAt: '2026-11-02T18:00:00.000+01:00',
    endsAt: '2026-11-02T17:00:00Z',
    capacity: 0,
  };
  const result = validateEvent({ ...given, _id: 'x', customerAccountId: 'x', createdBy: 'x', colour: 'red' });
  expect(result).toEqual({
    ok: true,
    value: {
      ...given,
      title: 'Concert',
      tags: ['a', 'b'],
      startsAt: new Date('2026-11-02T17:00:00Z'),
      endsAt: new Date('2026-11-02T17:00:00Z'),
    },
  });
});

test.each([[undefined], [null], ['text'], [[GOOD]], [{}]])('%j has no title', (body) => {
  expect(validateEvent(body)).toEqual({ ok: false, fields: { title: 'is required', startsAt: 'is required' } });
});

test.each([
  ['title', { title: ' ' }],
  ['title', { title: { $ne: '' } }],
  ['title', { title: 'x'.repeat(201) }],
  ['description', { description: 1 }],
  ['description', { description: null }],
  ['status', { status: 'open' }],
  ['status', { status: ['draft'] }],
  ['tags', { tags: 'a' }],
  ['tags', { tags: [''] }],
  ['tags', { tags: [{ $gt: '' }] }],
  ['tags', { tags: Array.from({ length: 21 }, String) }],
  ['venue', { venue: 7 }],
  ['startsAt', { startsAt: '2026-11-02' }],
  ['startsAt', { startsAt: '2026-13-02T18:00:00Z' }],
  ['startsAt', { startsAt: 1_700_000_000_000 }],
  ['endsAt', { endsAt: '2026-11-02T17:59:59Z' }],
  ['endsAt', { endsAt: 'soon' }],
  ['capacity', { capacity: -1 }],
  ['capacity', { capacity: 1.5 }],
  ['capacity', { capacity: '10' }],
  ['capacity', { capacity: 1_000_001 }],
])('a bad %s: %j', (field, change) => {
  const result = validateEvent({ ...GOOD, ...change });
  expect(result.ok ? 'accepted' : Object.keys(result.fields)).toEqual([field]);
});

test('an activity has a type', () => {
  expect(validateActivity({ type: 'share' })).toEqual({ ok: true, value: { type: 'share' } });
  for (const body of [undefined, {}, { type: 'like' }, { type: ['view'] }, { type: { $ne: 1 } }]) {
    expect(validateActivity(body)).toEqual({
      ok: false,
      fields: { type: 'must be one of view, registration, share' },
    });
  }
});
