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
