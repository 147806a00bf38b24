import type { CaseSuite, ParityCase } from 'banyan-strangler/parity';
import { eventList } from './contracts';
import { get } from './requests';
import { READABLE } from './who';

const ONLY_PROXY = 'the proxy absorbs what API Gateway would refuse';

export const getEvents: CaseSuite = {
  route: 'GET /api/events',
  contract: eventList,
  cases: [
    get('plain', '/api/events', { status: READABLE }),
    get('nested filters', '/api/events?filter[status]=published&filter[tags][]=music', { status: READABLE }),
    get('one tag as text', '/api/events?filter[tags]=music'),
    get('repeated tags', '/api/events?filter[tags][]=music&filter[tags][]=free'),
    get('indexed tags', '/api/events?filter[tags][1]=music&filter[tags][0]=free'),
    get('encoded brackets', '/api/events?filter%5Bstatus%5D=draft'),
    get('title search with space, plus and percent', '/api/events?filter[q]=a+b'),
    get('title search with a plus that stands for a space', '/api/events?filter[q]=winter+c'),
    get('the same, with a filter', '/api/events?filter[status]=published&filter[q]=winter+c', {
      status: { organiser: 200 },
    }),
    {
      name: 'other cookies in front of the session (trap 8)',
      request: { path: '/api/events?limit=2' },
      cookies: 'theme=dark; lang=da',
      status: { member: 200, organiser: 200, anonymous: 401 },
    },
    get('title search, %20', '/api/events?filter[q]=%20'),
    get('title search, a plus alone', '/api/events?filter[q]=+', { status: { member: 200, organiser: 200 } }),
    ...['theme=dark; eventsapp.sid=', 'eventsapp.sid=x'].map((cookies): ParityCase => ({
      name: `the session's own name in front of it: ${cookies} (trap 8)`,
      request: { path: '/api/events?limit=2' },
      cookies,
      status: { member: 401 },
    })),
    ...['unknown', ''].map((key) =>
      get(`a key that is none: "${key}"`, '/api/events?limit=2', {
        request: { path: '/api/events?limit=2', headers: { 'X-Api-Key': key } },
        status: { anonymous: 401, member: 200 },
      }),
    ),
    get('title search, spaces in both spellings', '/api/events?filter[q]=r%20c&sort=-title&utm=a+b'),
    get('title search, literal plus', '/api/events?filter[q]=%2B'),
    get('title search with regular expression characters', '/api/events?filter[q]=.*%26(%3C'),
    get('title search, accents', '/api/events?filter[q]=caf%C3%A9'),
    get('empty title search', '/api/events?filter[q]='),
    ...['startsAt', '-startsAt', 'title', '-title', 'createdAt', '-createdAt'].map((sort) =>
      get(`sort ${sort}`, `/api/events?sort=${sort}`),
    ),
    get('pages', '/api/events?page=2&limit=7'),
    get('title search, in other case', '/api/events?filter[q]=WINTER&limit=100'),
    get('title search, as long as may be', `/api/events?filter[q]=${'q'.repeat(200)}`),
    get('title search, too long', `/api/events?filter[q]=${'q'.repeat(201)}`, { status: 400 }),
    get('title search, a list', '/api/events?filter[q][]=a', { status: 400 }),
    ...[20, 21].map((count) =>
      get(`${count} tags`, `/api/events?${Array.from({ length: count }, (_, i) => `filter[tags][]=${i}`).join('&')}`, {
        status: count > 20 ? 400 : 200,
      }),
    ),
    ...[200, 201].map((length) =>
      get(`a tag of ${length}`, `/api/events?filter[tags]=${'x'.repeat(length)}`, { status: length > 200 ? 400 : 200 }),
    ),
    get('an empty tag', '/api/events?filter[tags][]=', { status: 400 }),
    get('a list of sorts', '/api/events?sort[]=title', { status: 400 }),
    get('page beyond the last', '/api/events?page=1000'),
    get('every fault at once', '/api/events?filter[status]=x&filter[tags][a]=1&sort=y&page=0&limit=101', {
      status: 400,
    }),
    get('an operator instead of a status', '/api/events?filter[status][$ne]=draft', { status: 400 }),
    get('an operator instead of a tag', '/api/events?filter[tags][$gt]=', { status: 400 }),
    get('filter as text', '/api/events?filter=published', { status: 400 }),
    get('the same parameter twice', '/api/events?page=1&page=2', { status: 400 }),
    get('a parameter without value', '/api/events?page', { status: 400 }),
    get('an empty parameter', '/api/events?limit=', { status: 400 }),
    get('a semicolon', '/api/events?filter[q]=a;sort=title', { onlyThroughProxy: 'API Gateway splits at it' }),
    get('an unknown parameter', '/api/events?utm_source=x&a[b][c]=1'),
    get('prototype keys', '/api/events?__proto__[x]=1&constructor[prototype][y]=2&filter[__proto__]=1'),
    get('a malformed query encoding', '/api/events?filter[q]=%E0%A4%A', {
      onlyThroughProxy: ONLY_PROXY,
      answeredBy: 'legacy',
    }),
    get('other case and a slash (trap 5)', '/API/Events/?limit=3', { onlyThroughProxy: ONLY_PROXY, status: READABLE }),
    {
      name: 'HEAD (trap 1)',
      request: { method: 'HEAD', path: '/api/events' },
      status: READABLE,
      onlyThroughProxy: ONLY_PROXY,
    },
    {
      name: 'OPTIONS (trap 2)',
      request: { method: 'OPTIONS', path: '/api/events' },
      status: { anonymous: 200, member: 200 },
      onlyThroughProxy: ONLY_PROXY,
      answeredBy: 'legacy',
    },
    {
      name: 'another method (trap 3)',
      request: { method: 'PATCH', path: '/api/events' },
      status: { anonymous: 404, member: 404 },
      onlyThroughProxy: ONLY_PROXY,
      answeredBy: 'legacy',
    },
    {
      name: 'an unknown path (trap 4)',
      request: { path: '/api/eventss' },
      status: { anonymous: 404, member: 404 },
      onlyThroughProxy: ONLY_PROXY,
      answeredBy: 'legacy',
    },
    {
      name: 'Cookie in several lines (trap 8)',
      request: { path: '' },
      raw: ['GET /api/events?limit=2 HTTP/1.1', 'Cookie: theme=dark', 'X-A: 1', 'X-A: 2'],
      status: { member: 200, organiser: 200, anonymous: 401 },
      onlyThroughProxy: 'Node joins what API Gateway passes on as a list',
    },
    {
      name: 'an absolute-form target (trap 26)',
      request: { path: '' },
      raw: ['GET http://shop.example/api/events?limit=2 HTTP/1.1', 'Host: shop.example'],
      status: { member: 200, anonymous: 401 },
      onlyThroughProxy: ONLY_PROXY,
    },
    {
      name: 'a GET with a malformed JSON body (trap 28)',
      request: { path: '/api/events', body: '{"a":' },
      raw: ['GET /api/events HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 5'],
      status: { anonymous: 400, 'bad token': 400, member: 400 },
      onlyThroughProxy: 'API Gateway would not parse it',
      answeredBy: 'legacy',
    },
    {
      name: 'a GET with a body of 200 kB (trap 28)',
      request: { path: '/api/events', body: `"${'x'.repeat(200_000)}"` },
      raw: ['GET /api/events HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 200002'],
      status: { anonymous: 413, member: 413 },
      onlyThroughProxy: 'API Gateway has other limits',
      answeredBy: 'legacy',
    },
    {
      name: 'headers of 12 kB (trap 29)',
      request: { path: '/api/events?limit=1', headers: { 'X-Large': 'x'.repeat(12_000) } },
      status: { member: 200, anonymous: 401 },
      onlyThroughProxy: 'API Gateway accepts 10,240 bytes',
      answeredBy: 'legacy',
    },
    {
      name: 'a query of 11 kB (trap 29)',
      request: { path: `/api/events?limit=1&unknown=${'x'.repeat(11_000)}` },
      status: { member: 200, anonymous: 401 },
      onlyThroughProxy: 'API Gateway accepts URLs of 10,240 characters',
      answeredBy: 'legacy',
    },
  ],
};
