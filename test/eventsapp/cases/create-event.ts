import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { badBodies } from './body-cases';
import { eventBody } from './contracts';
import { jsonBody } from './requests';
import { BODY_OF_NOBODY_ON_LEGACY, ORGANISER_ONLY } from './who';

const EVENT = {
  title: ' A <new> "event" ✓ ',
  description: 'Two\nlines',
  status: 'published',
  tags: ['a', 'b', 'a'],
  venue: 'Pier 3',
  startsAt: '2031-05-01T18:00:00+02:00',
  endsAt: '2031-05-01T20:00Z',
  capacity: 12,
};

/** Every text, list and number as long or high as it may be, and by one more. */
const atLimits = (more: number) => ({
  title: ` ${'t'.repeat(200 + more)} `,
  description: 'd'.repeat(5_000 + more),
  status: 'cancelled',
  tags: Array.from({ length: 20 + more }, (_, i) => `${i}`.padEnd(40, 'x')),
  venue: 'v'.repeat(200 + more),
  startsAt: '2031-05-01T18:00Z',
  endsAt: '2031-05-01T20:00:00+02:00',
  capacity: 1_000_000 + more,
});

/** What is no instant, however near it comes. */
const NO_INSTANTS = [
  ...['2031-05-01T18:00:00', '2031-05-01T18:00:00.1234Z', '2031-13-01T18:00:00Z', '2031-05-01T18:00:00+0200'],
  ...[' 2031-05-01T18:00:00Z', '2031-05-01T18:00:00Z ', '2031-5-01T18:00Z', '2031-05-01 18:00Z', ''],
];

const path = '/api/events';
const post = (name: string, body: unknown, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { method: 'POST', path, ...jsonBody(body) },
  status: { organiser: 201 },
  effects: ['events inserted', 'notifications inserted'],
  ...more,
});

export const postEvents: CaseSuite = {
  route: 'POST /api/events',
  contract: eventBody,
  cases: [
    post('a whole event', EVENT, {
      status: { ...ORGANISER_ONLY(201), 'other account': 201 },
      answeredBy: BODY_OF_NOBODY_ON_LEGACY,
    }),
    post('the least that is needed, and what clients may not set', {
      title: 'B',
      startsAt: '2031-05-01T18:00:00.5Z',
      id: 'mine',
      customerAccountId: 'theirs',
      createdAt: '2001-01-01T00:00:00Z',
    }),
    post(
      'every fault at once',
      { status: 'x', tags: 'a', venue: 1, startsAt: 'soon', endsAt: 1, capacity: -1 },
      {
        status: { organiser: 400, member: 403 },
      },
    ),
    post('an end before the start', { ...EVENT, endsAt: '2031-05-01T15:59:59Z' }, { status: { organiser: 400 } }),
    post('every limit reached, both ends equal', atLimits(0)),
    post('every limit passed by one', atLimits(1), { status: { organiser: 400 } }),
    post('a tag that is too long', { ...EVENT, tags: ['x'.repeat(41)] }, { status: { organiser: 400 } }),
    post('nulls where they may be', {
      title: 'B',
      startsAt: '2031-05-01T18:00Z',
      venue: null,
      endsAt: null,
      capacity: null,
    }),
    post(
      'nulls where they may not be',
      { title: null, description: null, status: null, tags: null, startsAt: null },
      { status: { organiser: 400 } },
    ),
    post('empty texts and zero', { ...EVENT, description: '', venue: '', tags: [], capacity: 0 }),
    post(
      'other types',
      { title: 1, description: 1, status: ['draft'], tags: [1], venue: [], startsAt: 1, endsAt: {}, capacity: '1' },
      {
        status: { organiser: 400 },
      },
    ),
    post('a byte order mark inside, an emoji, fractions of a second', {
      ...EVENT,
      title: 'a\uFEFFb 🎪',
      startsAt: '2031-05-01T18:00:00.123-05:30',
      endsAt: null,
    }),
    post(
      'an end a millisecond before the start',
      { ...EVENT, startsAt: '2031-05-01T18:00:00.001Z', endsAt: '2031-05-01T18:00:00Z' },
      { status: { organiser: 400 } },
    ),
    ...NO_INSTANTS.map((no) =>
      post(`"${no}" for a time`, { ...EVENT, startsAt: no, endsAt: no }, { status: { organiser: 400 } }),
    ),
    post('a list', [EVENT], { status: { organiser: 400 } }),
    {
      name: 'a form (trap 11)',
      request: {
        method: 'POST',
        path,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'title=From+a+form&startsAt=2031-05-01T18%3A00%3A00Z&tags[]=a&tags[]=b',
      },
      status: { organiser: 201 },
      effects: ['events inserted', 'notifications inserted'],
    },
    ...badBodies('POST', path, { organiser: 400 }),
  ],
};
