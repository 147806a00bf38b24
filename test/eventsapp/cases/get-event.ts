import { DEMO_API_KEY, DEMO_IDS } from '../seed';
import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { get } from './requests';
import { OWN_ACCOUNT } from './who';

const id = DEMO_IDS.event(1).toHexString();
const ALL_NOT_FOUND = {
  anonymous: 401,
  'bad token': 401,
  member: 404,
  organiser: 404,
  'other account': 404,
  'API key': 404,
};

export const getEventsEventId: CaseSuite = {
  route: 'GET /api/events/:eventId',
  cases: [
    get('an event', `/api/events/${id}`, { status: OWN_ACCOUNT }),
    ...Array.from({ length: 20 }, (_, i) =>
      get(`event ${i + 1}, every shape of field`, `/api/events/${DEMO_IDS.event(i + 1).toHexString()}`),
    ),
    get('an id in capitals', `/api/events/${id.toUpperCase()}`),
    {
      name: 'an API key beside other credentials (trap 33): a session wins, a bad one does not count',
      request: { path: `/api/events/${id}`, headers: { 'x-api-key': DEMO_API_KEY } },
      status: { anonymous: 200, 'bad token': 200, member: 200, 'other account': 404 },
    },
    ...['unknown', '', `${DEMO_API_KEY}, ${DEMO_API_KEY}`].map((key): ParityCase => ({
      name: `the API key "${key}" (trap 33)`,
      request: { path: `/api/events/${id}`, headers: { 'x-api-key': key } },
      status: { anonymous: 401, 'bad token': 401, member: 200 },
    })),
    {
      name: 'an API key in two lines (trap 33)',
      request: { path: '' },
      raw: [`GET /api/events/${id} HTTP/1.1`, `X-Api-Key: ${DEMO_API_KEY}`, `x-api-key: ${DEMO_API_KEY}`],
      status: { anonymous: 401, member: 200 },
      onlyThroughProxy: 'Node joins what API Gateway passes on as a list',
    },
    get('an unknown id', '/api/events/ffffffffffffffffffffffff', { status: ALL_NOT_FOUND }),
    get('a malformed id', '/api/events/12', { status: ALL_NOT_FOUND }),
    get('twelve bytes that the driver would take for an id', '/api/events/abcdefghijkl', { status: 404 }),
    get('an encoded space (trap 6)', `/api/events/${id}%20`, { status: 404 }),
    get('an encoded letter of the id (trap 6)', `/api/events/%35${id.slice(1)}`),
    get('a plus (trap 6)', '/api/events/a+b', { status: 404 }),
    get('an encoded slash (trap 6)', '/api/events/a%2Fb', {
      status: 404,
      onlyThroughProxy: 'kept on legacy',
      answeredBy: 'legacy',
    }),
    get('malformed encoding (trap 6)', '/api/events/%E0%A4%A', {
      status: { member: 400, anonymous: 400 },
      onlyThroughProxy: 'kept on legacy, whose 400 page it is',
      answeredBy: 'legacy',
    }),
    get('a path of 1,500 characters (trap 29)', `/api/events/${'a'.repeat(1_500)}`, {
      status: { member: 404, anonymous: 401 },
      onlyThroughProxy: 'kept on legacy',
      answeredBy: 'legacy',
    }),
    get('other case and a slash (trap 5)', `/API/EVENTS/${id}/`, {
      onlyThroughProxy: 'the proxy spells it as deployed',
    }),
    {
      name: 'HEAD (trap 1)',
      request: { method: 'HEAD', path: `/api/events/${id}` },
      status: OWN_ACCOUNT,
      onlyThroughProxy: 'API Gateway refuses HEAD',
    },
    {
      name: 'If-None-Match of anything (trap 13)',
      request: { path: `/api/events/${id}`, headers: { 'If-None-Match': '*' } },
      status: { member: 304, anonymous: 401, 'other account': 404 },
    },
    {
      name: 'If-None-Match, but no-cache (trap 13)',
      request: { path: `/api/events/${id}`, headers: { 'If-None-Match': '*', 'Cache-Control': 'no-cache' } },
      status: 200,
    },
    {
      name: 'If-None-Match of another version (trap 13)',
      request: { path: `/api/events/${id}`, headers: { 'If-None-Match': 'W/"1-x", "y"' } },
      status: 200,
    },
    {
      name: 'HEAD with If-None-Match',
      request: { method: 'HEAD', path: `/api/events/${id}`, headers: { 'If-None-Match': '*' } },
      status: 304,
      onlyThroughProxy: 'API Gateway refuses HEAD',
    },
    {
      name: 'Range, which Express ignores for JSON',
      request: { path: `/api/events/${id}`, headers: { Range: 'bytes=0-10' } },
      status: 200,
    },
    {
      name: 'Accept of something else',
      request: { path: `/api/events/${id}`, headers: { Accept: 'text/html' } },
      status: { member: 200, anonymous: 401 },
    },
    {
      name: 'Origin, which this monolith ignores (trap 22)',
      request: { path: `/api/events/${id}`, headers: { Origin: 'https://elsewhere.example' } },
      status: { member: 200, anonymous: 401 },
    },
  ],
};
