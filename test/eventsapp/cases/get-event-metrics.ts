import { DEMO_IDS } from '../seed';
import type { CaseSuite } from 'banyan-strangler/parity';
import { metrics } from './contracts';
import { metricsQueries } from './metrics-cases';
import { get } from './requests';
import { OWN_ACCOUNT } from './who';

const id = DEMO_IDS.event(1).toHexString();

export const getEventsEventIdMetrics: CaseSuite = {
  route: 'GET /api/events/:eventId/metrics',
  contract: metrics,
  cases: [
    get('plain', `/api/events/${id}/metrics`, { status: OWN_ACCOUNT }),
    ...metricsQueries(`/api/events/${id}/metrics`),
    get('an event without activity', `/api/events/${DEMO_IDS.event(20).toHexString()}/metrics`, {
      identities: ['organiser'],
    }),
    get('an unknown event', '/api/events/ffffffffffffffffffffffff/metrics', {
      status: { member: 404, anonymous: 401, 'API key': 404 },
    }),
    get('a malformed id', '/api/events/x/metrics', { status: { member: 404, anonymous: 401 } }),
    get('a malformed id and malformed query: which is told', '/api/events/x/metrics?interval=month', { status: 404 }),
  ],
};
