import fc from 'fast-check';

import { validateAttendee, validateAttendeeList } from '../../../../legacy/attendees/validate';
import { validateActivity, validateEvent } from '../../../../legacy/events/validate-body';
import type { Validated } from '../../../../legacy/validation';
import { parseActivity } from '../../../../lambda/eventsapp/contracts/activity';
import { parseAttendeeInput, parseListAttendeesQuery } from '../../../../lambda/eventsapp/contracts/attendees';
import { parseEventInput } from '../../../../lambda/eventsapp/contracts/event-input';
import { ValidationError } from '../../../../lambda/http/validation';

/** What the client would see or the database would get, as text: the order of keys counts. */
function outcomeOf(read: () => unknown): string {
  try {
    return JSON.stringify({ value: read() });
  } catch (error) {
    if (error instanceof ValidationError) return JSON.stringify({ fields: error.fields });
    throw error;
  }
}

const monolithsOutcome = (validated: Validated<unknown>): string =>
  JSON.stringify(validated.ok ? { value: validated.value } : { fields: validated.fields });

/** Good bodies with some fields replaced by others, good, nearly good or anything at all; and what is no object. */
function bodies(good: object, fields: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<unknown> {
  const anything = fc.jsonValue({ maxDepth: 2 });
  const replacements = Object.entries(fields).map(([name, values]) =>
    fc
      .oneof({ weight: 6, arbitrary: fc.constantFrom(...values, null, '', ' ', 0, []) }, anything)
      .map((value) => [name, value] as const),
  );
  const replaced = fc
    .array(fc.oneof(...replacements), { maxLength: 4 })
    .map((pairs) => ({ ...good, ...Object.fromEntries(pairs) }));
  return fc.oneof({ weight: 9, arbitrary: replaced }, anything);
}

const EVENT = bodies(
  { title: 'A', startsAt: '2031-05-01T18:00:00Z' },
  {
    title: ['A', ' A ', 'x'.repeat(200), 'x'.repeat(201), ` ${'x'.repeat(200)} `],
    description: ['d', 'x'.repeat(5_000), 'x'.repeat(5_001)],
    status: ['draft', 'published', 'cancelled', 'Draft'],
    tags: [
      ['a', 'b', 'a'],
      [''],
      ['x'.repeat(40)],
      ['x'.repeat(41)],
      Array(21).fill('t'),
      Array(20).fill('t'),
      [1],
      'a',
    ],
    venue: ['v', 'x'.repeat(201)],
    startsAt: [
      '2031-05-01T18:00:00Z',
      '2031-05-01T18:00Z',
      '2031-05-01',
      '2031-02-30T18:00:00Z',
      '2031-13-01T18:00:00Z',
    ],
    endsAt: [
      '2031-05-01T18:00:00.000+00:00',
      '2031-05-01T17:59:59.999Z',
      '2031-05-01T25:00:00Z',
      '2031-05-01T18:00:00',
    ],
    capacity: [1, -0, 1_000_000, 1_000_001, -1, 1.5, '1'],
    id: ['mine'],
  },
);
const ATTENDEE = bodies(
  { name: 'Ada', email: 'ada@example.org' },
  {
    name: ['Ada', ' Ada ', 'x'.repeat(100), 'x'.repeat(101)],
    email: ['Ada@Example.ORG', ' ada@example.org ', 'ada', 'a@b@c', `${'x'.repeat(243)}@example.org`, 'İ@example.org'],
    status: ['cancelled'],
  },
);
const ACTIVITY = bodies({}, { type: ['view', 'registration', 'share', 'View', ['view']] });
const PAGING = bodies(
  {},
  { page: ['1', '0', '100000', '100001', '1e2', ['1']], limit: ['1', '100', '101', '-1', '01'] },
);

describe('bodies are read as by the monolith, to the order of keys and messages', () => {
  it.each<[string, fc.Arbitrary<unknown>, (body: unknown) => string, (body: unknown) => string]>([
    [
      'an event',
      EVENT,
      (body) => monolithsOutcome(validateEvent(body)),
      (body) => outcomeOf(() => parseEventInput(body)),
    ],
    [
      'an attendee',
      ATTENDEE,
      (body) => monolithsOutcome(validateAttendee(body)),
      (body) => outcomeOf(() => parseAttendeeInput(body)),
    ],
    [
      'an activity',
      ACTIVITY,
      (body) => monolithsOutcome(validateActivity(body)),
      (body) => outcomeOf(() => ({ type: parseActivity(body) })),
    ],
    [
      'the query of attendees',
      PAGING,
      (query) => monolithsOutcome(validateAttendeeList(query)),
      (query) => outcomeOf(() => parseListAttendeesQuery(fieldsOf(query))),
    ],
  ])('%s', (_name, arbitrary, monolith, contract) => {
    const seen = { value: 0, fields: 0 };
    fc.assert(
      fc.property(arbitrary, (input) => {
        const outcome = contract(input);
        seen[outcome.startsWith('{"value"') ? 'value' : 'fields'] += 1;
        expect(outcome).toBe(monolith(input));
      }),
      { numRuns: 1_000 },
    );
    // Or the comparison would be one of refusals alone.
    expect(Math.min(seen.value, seen.fields)).toBeGreaterThan(5);
  });
});

function fieldsOf(query: unknown): Readonly<Record<string, unknown>> {
  return typeof query === 'object' && query !== null && !Array.isArray(query) ? { ...query } : {};
}
