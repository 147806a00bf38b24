import fc from 'fast-check';

import { readJob, writeJob } from '../../../../legacy/reports/job';
import { validateReportRequest } from '../../../../legacy/reports/validate';
import { parseReportJob, parseReportRequest } from '../../../../lambda/eventsapp/contracts/reports';
import { ValidationError } from '../../../../lambda/http/validation';

const NOW = new Date('2026-11-23T12:00:00Z');

/** The day, or the messages for the client. */
function ours(body: unknown): unknown {
  try {
    return parseReportRequest(body, NOW);
  } catch (error) {
    if (error instanceof ValidationError) return error.fields;
    throw error;
  }
}

function monolith(body: unknown): unknown {
  const read = validateReportRequest(body, NOW);
  return read.ok ? read.value : read.fields;
}

const dayLike = fc.oneof(
  fc
    .date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  fc.constantFrom('2026-02-30', '2026-11-23', '2026-11-24', '', '2026-1-1', ' 2026-11-02', '0000-01-01', '99999-01-01'),
);

it('reads the body of POST /api/reports as the monolith does', () => {
  const day = fc.oneof(dayLike, fc.jsonValue(), fc.constant(undefined));
  const body = fc.oneof(fc.record({ day }, { requiredKeys: [] }), fc.jsonValue());
  fc.assert(
    fc.property(body, (given) => expect(ours(given)).toEqual(monolith(given))),
    { numRuns: 500 },
  );
  expect(ours({})).toEqual({ day: '2026-11-22' });
});

const job = fc.record({
  jobId: fc.oneof(fc.stringMatching(/^[\w-]{1,100}$/), fc.string({ maxLength: 5 }), fc.constant('x'.repeat(101))),
  customerAccountId: fc.oneof(fc.stringMatching(/^[0-9a-f]{24}$/), fc.string({ maxLength: 3 })),
  day: dayLike,
  kind: fc.constantFrom('daily', 'on-demand', 'weekly'),
});

function attempt<T>(read: () => T): T | 'refused' {
  try {
    return read();
  } catch {
    return 'refused';
  }
}

it('takes and refuses the same messages of the queue as the monolith', () => {
  fc.assert(
    fc.property(job, (given) => {
      const text = JSON.stringify(given);
      const theirs = attempt(() => writeJob(readJob(text)));
      expect(attempt(() => JSON.stringify(parseReportJob(JSON.parse(text))))).toBe(theirs);
    }),
    { numRuns: 500 },
  );
});
