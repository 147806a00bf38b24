import { DEMO_IDS } from '../seed';
import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { badBodies } from './body-cases';
import { activityBody } from './contracts';
import { jsonBody } from './requests';
import { BODY_OF_NOBODY_ON_LEGACY } from './who';

const path = `/api/events/${DEMO_IDS.event(1).toHexString()}/activity`;
const count = (name: string, to: string, body: unknown, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { method: 'POST', path: to, ...jsonBody(body) },
  status: { member: 202 },
  effects: ['eventActivity inserted'],
  ...more,
});

export const postEventsEventIdActivity: CaseSuite = {
  route: 'POST /api/events/:eventId/activity',
  contract: activityBody,
  cases: [
    count(
      'a view',
      path,
      { type: 'view' },
      {
        status: { anonymous: 401, 'bad token': 401, member: 202, organiser: 202, 'other account': 404, 'API key': 401 },
        answeredBy: BODY_OF_NOBODY_ON_LEGACY,
      },
    ),
    count('a registration', path, { type: 'registration' }),
    count('a share', path, { type: 'share', at: '2001-01-01T00:00:00Z' }),
    count('of an unknown type', path, { type: 'like' }, { status: { member: 400 } }),
    count(
      'of an unknown event, badly: the event is looked for first',
      '/api/events/ffffffffffffffffffffffff/activity',
      {},
      {
        status: { member: 404 },
      },
    ),
    count('of a malformed id', '/api/events/12/activity', { type: 'view' }, { status: { member: 404 } }),
    {
      name: 'a form (trap 11)',
      request: {
        method: 'POST',
        path,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'type=view',
      },
      status: { member: 202, organiser: 202 },
      effects: ['eventActivity inserted'],
    },
    ...badBodies('POST', path, { member: 400 }),
  ],
};
