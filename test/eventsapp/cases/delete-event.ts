import { DEMO_IDS } from '../seed';
import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { ORGANISER_ONLY } from './who';

const event = (number: number): string => `/api/events/${DEMO_IDS.event(number).toHexString()}`;
const remove = (name: string, path: string, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { method: 'DELETE', path },
  status: { organiser: 204 },
  effects: ['events removed', 'notifications inserted'],
  ...more,
});
const WITH_ALL_THAT_BELONGS_TO_IT = [
  'attendees removed',
  'eventActivity removed',
  'events removed',
  'notifications inserted',
  'photos removed',
];

export const deleteEventsEventId: CaseSuite = {
  route: 'DELETE /api/events/:eventId',
  cases: [
    remove('an event with activity, attendees and photos', event(1), {
      status: { ...ORGANISER_ONLY(204), 'other account': 404 },
      effects: WITH_ALL_THAT_BELONGS_TO_IT,
    }),
    remove('the same, with a query that nobody reads', `${event(1)}?force=1`, { effects: WITH_ALL_THAT_BELONGS_TO_IT }),
    remove('an event with attendees, in capitals', event(2).toUpperCase(), {
      effects: WITH_ALL_THAT_BELONGS_TO_IT,
      onlyThroughProxy: 'the proxy spells it as deployed',
    }),
    remove('an event of another account', event(21), {
      status: { organiser: 404, 'other account': 204 },
      effects: WITH_ALL_THAT_BELONGS_TO_IT,
    }),
    remove('an event that has nothing', event(5)),
    remove('an unknown event', '/api/events/ffffffffffffffffffffffff', { status: { organiser: 404, member: 403 } }),
    remove('a malformed id', '/api/events/12', { status: { organiser: 404 } }),
    remove('other case and a slash (trap 5)', `${event(5).toUpperCase()}/`, {
      onlyThroughProxy: 'the proxy spells it as deployed',
    }),
    {
      name: 'a body that nobody asked for',
      request: {
        method: 'DELETE',
        path: event(5),
        body: '{"a":1}',
        headers: { 'Content-Type': 'application/json' },
      },
      status: { organiser: 204, anonymous: 401 },
      effects: ['events removed', 'notifications inserted'],
      answeredBy: { anonymous: 'legacy' },
    },
    {
      name: 'a malformed body that nobody asked for (trap 9)',
      request: { method: 'DELETE', path: event(5), body: '{', headers: { 'Content-Type': 'application/json' } },
      status: { organiser: 400, member: 400 },
      effects: [],
    },
  ],
};
