import {
  headerOf,
  inMembers,
  inText,
  mapHeader,
  whenStatus,
  withBody,
  type Mutant,
  type PassingRequest,
} from './mutant';

const pathOf = ({ path }: PassingRequest): string => path.split('?', 1)[0] ?? '';
const queryOf = ({ path }: PassingRequest): string => path.slice(pathOf({ path } as PassingRequest).length + 1);
const withQuery = (request: PassingRequest, change: (query: string) => string): PassingRequest => {
  const query = queryOf(request);
  return query === '' ? request : { ...request, path: `${pathOf(request)}?${change(query)}` };
};
const without = (request: PassingRequest, header: string): PassingRequest =>
  mapHeader(request, header, () => undefined);
const isJson = (request: PassingRequest): boolean => /json/i.test(headerOf(request, 'content-type') ?? '');
const parses = (body: Buffer): boolean => {
  try {
    JSON.parse(body.toString());
    return true;
  } catch {
    return false;
  }
};
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** Each trap undone: what a client meets when nobody has thought of it. */
export const TRAP_MUTANTS: readonly Mutant[] = [
  { name: 'trap 1: HEAD goes to the gateway as it is', pastProxy: ({ method }) => method === 'HEAD' },
  { name: 'trap 2: OPTIONS goes to the gateway', pastProxy: ({ method }) => method === 'OPTIONS' },
  {
    name: 'trap 3: unlisted methods go to the gateway',
    pastProxy: ({ method }, isListed) => !isListed && method !== 'GET' && method !== 'OPTIONS',
  },
  {
    name: 'trap 4: unlisted paths go to the gateway',
    pastProxy: ({ method }, isListed) => !isListed && method === 'GET',
  },
  {
    name: 'trap 5: other case and slashes go to the gateway as they are',
    pastProxy: (request, isListed) => isListed && /[A-Z]|\/$/.test(pathOf(request)),
  },
  {
    name: 'trap 6: encoded letters of a path are not decoded',
    request: (request) => ({ ...request, path: request.path.replace(/%(?=[0-9A-F]{2}[^?]*)/i, '%25') }),
  },
  {
    name: 'trap 7: only the last of repeated parameters counts',
    request: (request) =>
      withQuery(request, (query) => {
        const pairs = query.split('&').map((pair): [string, string] => [pair.split('=', 1)[0] ?? '', pair]);
        return [...new Map(pairs).values()].join('&');
      }),
  },
  {
    name: 'trap 7: no nested parameters',
    request: (request) => withQuery(request, (query) => query.replaceAll(/\[|%5B/gi, '.').replaceAll(/\]|%5D/gi, '')),
  },
  {
    name: 'trap 7: a plus stays a plus',
    request: (request) => withQuery(request, (query) => query.replaceAll('+', '%2B')),
  },
  {
    name: 'trap 7: parameters without value are lost',
    request: (request) =>
      withQuery(request, (query) =>
        query
          .split('&')
          .filter((pair) => /=./.test(pair))
          .join('&'),
      ),
  },
  {
    name: 'trap 8: only the first cookie counts',
    request: (request) => {
      const [first = ''] = headerOf(request, 'cookie')?.split(';', 1) ?? [];
      const [line, ...more] = request.headers.filter(([name]) => name.toLowerCase() === 'cookie');
      const dropped = new Set(more);
      const headers = request.headers.filter((header) => !dropped.has(header));
      return line === undefined ? request : mapHeader({ ...request, headers }, 'cookie', () => first);
    },
  },
  {
    name: 'trap 9: malformed JSON counts as an empty object',
    request: (request) =>
      isJson(request) && request.body.length > 0 && !parses(request.body)
        ? { ...request, body: Buffer.from('{}') }
        : request,
  },
  {
    name: 'trap 9: a malformed body gets a JSON error instead of the page',
    answer: (answer) =>
      answer.statusCode === 400 && /html/.test(headerOf(answer, 'content-type') ?? '')
        ? withBody(
            mapHeader(answer, 'content-type', () => 'application/json; charset=utf-8'),
            json({ error: 'Bad Request' }),
          )
        : answer,
  },
  { name: 'trap 10: large bodies go to the gateway', pastProxy: ({ body }) => body.length > 102_400 },
  {
    name: 'trap 11: forms are not read',
    request: (request) =>
      /urlencoded/.test(headerOf(request, 'content-type') ?? '') ? { ...request, body: Buffer.from('') } : request,
  },
  {
    name: 'trap 11: every body is read as JSON',
    request: (request) => mapHeader(request, 'content-type', () => 'application/json'),
  },
  { name: 'trap 12: no ETag', answer: (answer) => mapHeader(answer, 'etag', () => undefined) },
  { name: 'trap 12: a strong ETag', answer: (answer) => mapHeader(answer, 'etag', (tag) => tag.replace('W/', '')) },
  { name: 'trap 12: no X-Powered-By', answer: (answer) => mapHeader(answer, 'x-powered-by', () => undefined) },
  {
    name: 'trap 12: no charset',
    answer: (answer) => mapHeader(answer, 'content-type', (type) => type.replace('; charset=utf-8', '')),
  },
  {
    name: 'trap 12: a stale ETag',
    answer: whenStatus(200, (answer) => mapHeader(answer, 'etag', () => 'W/"2b-ZmFrZWZha2VmYWtlZmFrZWZha2U"')),
  },
  { name: 'trap 13: If-None-Match is not looked at', request: (request) => without(request, 'if-none-match') },
  { name: 'trap 13: no-cache is not looked at', request: (request) => without(request, 'cache-control') },
  {
    name: 'trap 13: 304 without ETag',
    answer: whenStatus(304, (answer) => mapHeader(answer, 'etag', () => undefined)),
  },
  { name: 'trap 14: no Set-Cookie', answer: (answer) => mapHeader(answer, 'set-cookie', () => undefined) },
  ...['HttpOnly', 'SameSite=Lax', 'Path=/'].map((attribute): Mutant => ({
    name: `trap 14: the cookie lost ${attribute}`,
    answer: (answer) => mapHeader(answer, 'set-cookie', (line) => line.replace(`; ${attribute}`, '')),
  })),
  {
    name: 'trap 14: a cookie for the browser session only',
    answer: (answer) => mapHeader(answer, 'set-cookie', (line) => line.replace(/; Expires=[^;]*/, '')),
  },
  {
    name: 'trap 14: a cookie that lives a day longer',
    answer: (answer) =>
      mapHeader(answer, 'set-cookie', (line) =>
        line.replace(
          /Expires=([^;]*)/,
          (_all, time: string) => `Expires=${new Date(Date.parse(time) + 86_400_000).toUTCString()}`,
        ),
      ),
  },
  {
    name: 'trap 14: a cookie signed otherwise',
    answer: (answer) => mapHeader(answer, 'set-cookie', (line) => line.replace(/\.[^;]{5}/, '.AAAAA')),
  },
  {
    name: 'trap 14: a second Set-Cookie',
    answer: (answer) => ({ ...answer, headers: [...answer.headers, ['Set-Cookie', 'lb=1; Path=/']] }),
  },
  {
    name: 'trap 15: 401 as the gateway says it',
    answer: whenStatus(401, (answer) => withBody(answer, json({ message: 'Unauthorized' }))),
  },
  { name: 'trap 15: 403 instead of 401', answer: whenStatus(401, (answer) => ({ ...answer, statusCode: 403 })) },
  {
    name: 'trap 16: 403 in other words',
    answer: whenStatus(403, (answer) => withBody(answer, json({ error: 'Forbidden' }))),
  },
  {
    name: 'trap 16: all users may',
    answer: whenStatus(403, (answer) => withBody({ ...answer, statusCode: 200 }, json({ ok: true }))),
  },
  {
    name: 'trap 17: one function crashes',
    answer: (answer, request) =>
      request.method === 'GET' && /\/events\/[^/]+$/.test(pathOf(request))
        ? withBody({ ...answer, statusCode: 502 }, json({ message: 'Internal server error' }))
        : answer,
  },
  {
    name: 'trap 17: a write fails with the wrong page',
    answer: whenStatus(201, (answer) =>
      withBody({ ...answer, statusCode: 500 }, json({ message: 'Internal server error' })),
    ),
  },
  {
    name: 'trap 20: bytes arrive as base64',
    answer: (answer) =>
      /image\//.test(headerOf(answer, 'content-type') ?? '')
        ? withBody(answer, Buffer.from(answer.body.toString('base64')))
        : answer,
  },
  {
    name: 'trap 20: bytes without their type',
    answer: (answer) =>
      mapHeader(answer, 'content-type', (type) => (type.startsWith('image/') ? 'application/octet-stream' : type)),
  },
  { name: 'trap 20: no file name', answer: (answer) => mapHeader(answer, 'content-disposition', () => undefined) },
  {
    name: 'trap 21: an absolute Location of another host',
    answer: (answer) => mapHeader(answer, 'location', (value) => `https://api.internal.example${value}`),
  },
  { name: 'trap 21: no Location', answer: (answer) => mapHeader(answer, 'location', () => undefined) },
  {
    name: 'trap 22: CORS headers of the gateway',
    answer: (answer) =>
      answer.statusCode >= 400
        ? { ...answer, headers: [...answer.headers, ['Access-Control-Allow-Origin', '*']] }
        : answer,
  },
  {
    name: 'trap 23: headers of AWS reach the client',
    pastProxy: ({ method, body }, isListed) => isListed && method === 'GET' && body.length === 0,
  },
  {
    name: 'trap 24: dates as numbers',
    answer: inText((text) =>
      text.replaceAll(/"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g, (_all, time: string) => String(Date.parse(time))),
    ),
  },
  { name: 'trap 24: dates without milliseconds', answer: inText((text) => text.replaceAll(/\.\d{3}Z"/g, 'Z"')) },
  { name: 'trap 24: dates with an offset', answer: inText((text) => text.replaceAll(/(T[\d:.]+)Z"/g, '$1+00:00"')) },
  {
    name: 'trap 24: ids as extended JSON',
    answer: inMembers(['id'], (id) => (typeof id === 'string' && /^[0-9a-f]{24}$/.test(id) ? { $oid: id } : id)),
  },
  { name: 'trap 24: null is left out', answer: inText((text) => text.replaceAll(/,"\w+":null/g, ''), /json/) },
  {
    name: 'trap 24: whole numbers as 1.0',
    answer: inText((text) => text.replaceAll(/"(capacity|total|views)":(\d+)/g, '"$1":$2.0'), /json/),
  },
  {
    name: 'trap 28: anonymous bodies go to the gateway',
    pastProxy: (request, isListed) =>
      isListed &&
      request.body.length > 0 &&
      headerOf(request, 'cookie') === undefined &&
      headerOf(request, 'authorization') === undefined,
  },
  {
    name: 'trap 29: 12 kB of headers go to the gateway',
    pastProxy: ({ headers }) => headers.flat().join('').length > 10_240,
  },
  { name: 'trap 33: API keys are not known', request: (request) => without(request, 'x-api-key') },
];
