import { DEMO_IDS } from '../seed';
import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { badBodies } from './body-cases';
import { eventBody } from './contracts';
import { jsonBody } from './requests';
import { BODY_OF_NOBODY_ON_LEGACY, ORGANISER_ONLY } from './who';

const path = `/api/events/${DEMO_IDS.event(1).toHexString()}`;
const EVENT = { title: 'Replaced', startsAt: '2031-05-01T18:00:00Z', tags: ['x'], capacity: 0 };
const put = (name: string, to: string, body: unknown, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { method: 'PUT', path: to, ...jsonBody(body) },
  status: { organiser: 200 },
  effects: ['events updated', 'notifications inserted'],
  ...more,
});

export const putEventsEventId: CaseSuite = {
  route: 'PUT /api/events/:eventId',
  contract: eventBody,
  cases: [
    put('an event; what is left out is reset', path, EVENT, {
      status: { ...ORGANISER_ONLY(200), 'other account': 404 },
      answeredBy: BODY_OF_NOBODY_ON_LEGACY,
    }),
    put('an event of another account', `/api/events/${DEMO_IDS.event(21).toHexString()}`, EVENT, {
      status: { organiser: 404, 'other account': 200, member: 403 },
    }),
    put('an unknown event', '/api/events/ffffffffffffffffffffffff', EVENT, { status: { organiser: 404 } }),
    put(
      'an unknown event, badly: the body is looked at first',
      '/api/events/ffffffffffffffffffffffff',
      {},
      {
        status: { organiser: 400 },
      },
    ),
    put(
      'a malformed id, badly: the id is looked at first',
      '/api/events/12',
      {},
      { status: { organiser: 404, member: 403 } },
    ),
    put(
      'every fault at once',
      path,
      { title: '', tags: [''], startsAt: '2031-05-01', capacity: 1.5 },
      {
        status: { organiser: 400 },
      },
    ),
    put('other case and a slash (trap 5)', `${path.toUpperCase()}/`, EVENT, {
      onlyThroughProxy: 'the proxy spells it as deployed',
    }),
    ...badBodies('PUT', path, { organiser: 400 }),
  ],
};
