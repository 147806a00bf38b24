import { DEMO_IDS } from '../seed';
import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { badBodies } from './body-cases';
import { attendeeBody, attendeeList } from './contracts';
import { get, jsonBody } from './requests';
import { BODY_OF_NOBODY_ON_LEGACY, ORGANISER_ONLY, OWN_ACCOUNT } from './who';

const attendeesOf = (event: number): string => `/api/events/${DEMO_IDS.event(event).toHexString()}/attendees`;
const path = attendeesOf(1);
const UNKNOWN = '/api/events/ffffffffffffffffffffffff/attendees';

export const getEventsEventIdAttendees: CaseSuite = {
  route: 'GET /api/events/:eventId/attendees',
  contract: attendeeList,
  cases: [
    get('the first page', path, { status: OWN_ACCOUNT }),
    get('another page', `${path}?page=3&limit=10`),
    get('all at once', `${path}?limit=100`),
    get('a page after the last', `${path}?page=99`),
    get('none', attendeesOf(5)),
    get('the last page that may be asked for', `${path}?page=100000&limit=1`),
    ...['100001', '1.0', '-1', 'x1', '1x', '%201', '0000000001'].map((page) =>
      get(`page ${page}`, `${path}?page=${page}`, { status: 400 }),
    ),
    get('page 01', `${path}?page=01&limit=02`),
    get('every fault at once', `${path}?page=0&limit=101`, { status: { member: 400, 'API key': 400 } }),
    get('repeated and nested parameters', `${path}?page=1&page=2&limit[]=3`, { status: 400 }),
    get('of an unknown event, badly: the event is looked for first', `${UNKNOWN}?page=0`, { status: 404 }),
    get('of another account', attendeesOf(21), { status: { member: 404, 'other account': 200, 'API key': 404 } }),
    get('of a malformed id', '/api/events/12/attendees', { status: 404 }),
    get('other case and a slash (trap 5)', `${path.toUpperCase()}/`, {
      onlyThroughProxy: 'the proxy spells it as deployed',
    }),
    {
      name: 'HEAD (trap 1)',
      request: { method: 'HEAD', path },
      status: { member: 200, anonymous: 401 },
      onlyThroughProxy: 'API Gateway refuses HEAD',
    },
    { name: 'If-None-Match (trap 13)', request: { path, headers: { 'If-None-Match': '*' } }, status: 304 },
  ],
};

const add = (name: string, to: string, body: unknown, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { method: 'POST', path: to, ...jsonBody(body) },
  status: { organiser: 201 },
  effects: ['attendees inserted', 'notifications inserted'],
  ...more,
});
const NEW = { name: ' Zoë <b> ', email: ' Zoe@Example.ORG ' };

export const postEventsEventIdAttendees: CaseSuite = {
  route: 'POST /api/events/:eventId/attendees',
  contract: attendeeBody,
  cases: [
    add('somebody', path, NEW, {
      status: { ...ORGANISER_ONLY(201), 'other account': 404 },
      answeredBy: BODY_OF_NOBODY_ON_LEGACY,
    }),
    add('with what clients may not set', attendeesOf(5), { ...NEW, status: 'cancelled', eventId: 'x' }),
    add(
      'an email that is registered, in other case',
      path,
      { name: 'Again', email: 'GUEST+1@example.org' },
      {
        status: { organiser: 409, member: 403 },
      },
    ),
    add(
      'an email that is registered, with spaces',
      path,
      { name: 'Again', email: ' guest+2@example.org ' },
      { status: { organiser: 409 } },
    ),
    add(
      'an email of somebody who cancelled',
      path,
      { name: 'Again', email: 'guest+9@example.org' },
      { status: { organiser: 409 } },
    ),
    add(
      'an email that is registered, at an event of another account',
      attendeesOf(21),
      { name: 'Again', email: 'guest+1@example.org' },
      { status: { 'other account': 409, organiser: 404 } },
    ),
    add('an email that another event has', attendeesOf(5), { name: 'Ada', email: 'guest+1@example.org' }),
    add('every fault at once', path, { name: '', email: 'nobody' }, { status: { organiser: 400 } }),
    add('limits reached', path, { name: 'n'.repeat(100), email: `${'e'.repeat(250)}@a.b` }),
    ...[
      { name: 'n'.repeat(101), email: `${'e'.repeat(251)}@a.b` },
      { name: null, email: null },
      { name: 1, email: ['ada@example.org'] },
      { name: '  ', email: ' ' },
      ...['a@b@c', 'a b@c', '@c', 'a@'].map((email) => ({ name: 'Ada', email })),
    ].map((bad) => add(`not ${JSON.stringify(bad).slice(0, 50)}`, path, bad, { status: { organiser: 400 } })),
    add('an address without a dot', path, { name: 'Ada', email: 'ada@localhost' }),
    add('nothing', path, {}, { status: { organiser: 400 } }),
    add('to an unknown event, badly: the event is looked for first', UNKNOWN, {}, { status: { organiser: 404 } }),
    {
      name: 'a form (trap 11)',
      request: {
        method: 'POST',
        path,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'name=Ada+L.&email=ada%40example.org',
      },
      status: { organiser: 201 },
      effects: ['attendees inserted', 'notifications inserted'],
    },
    ...badBodies('POST', path, { organiser: 400 }),
  ],
};

const remove = (name: string, event: string, attendee: string, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { method: 'DELETE', path: `${event}/${attendee}` },
  status: { organiser: 404 },
  effects: ['attendees removed', 'notifications inserted'],
  ...more,
});
const first = DEMO_IDS.attendee(1).toHexString();

export const deleteEventsEventIdAttendeesAttendeeId: CaseSuite = {
  route: 'DELETE /api/events/:eventId/attendees/:attendeeId',
  cases: [
    remove('somebody', path, first, { status: { ...ORGANISER_ONLY(204), 'other account': 404 } }),
    remove('somebody of another event', attendeesOf(2), first),
    remove('somebody unknown', path, 'ffffffffffffffffffffffff', { status: { organiser: 404, member: 403 } }),
    remove('a malformed id', path, '12'),
    remove('of a malformed event', '/api/events/12/attendees', first),
    remove('in other case, with a slash (trap 5)', path.toUpperCase(), `${first.toUpperCase()}/`, {
      status: { organiser: 204 },
      onlyThroughProxy: 'the proxy spells it as deployed',
    }),
  ],
};
