import request from 'supertest';

/** One step of a client: what it asked and all that it could see. */
export interface TranscriptLine {
  readonly step: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** How the client carries its session. */
export type Credential = 'cookie jar' | 'bearer token';

const EMAIL = 'organiser@example.com';
const PASSWORD = 'correct horse battery staple';

/** Made anew for every answer, and not said to be the same by anybody. */
const VOLATILE_HEADERS = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'etag']);

/**
 * What an existing client of the monolith does, from login to logout. It knows nothing of proxies: only `baseUrl` changes.
 *
 * @returns what it saw, with ids and times that differ from run to run replaced by their order of appearance
 */
export async function runClient(baseUrl: string, credential: Credential): Promise<readonly TranscriptLine[]> {
  const client = credential === 'cookie jar' ? request.agent(baseUrl) : request(baseUrl);
  const transcript: TranscriptLine[] = [];
  const rename = renamer();
  let token: string | undefined;

  const step = async (
    method: 'get' | 'head' | 'post' | 'put' | 'delete',
    path: string,
    body?: object,
  ): Promise<unknown> => {
    const sent = client[method](path)
      .ok(() => true)
      .redirects(0);
    if (credential === 'bearer token' && token !== undefined) sent.set('Authorization', `Bearer ${token}`);
    const response = await (body === undefined ? sent : sent.send(body));
    const headers = Object.fromEntries(
      Object.entries(response.headers as Record<string, string | string[]>)
        .filter(([name]) => !VOLATILE_HEADERS.has(name))
        .map(([name, value]) => [name, rename([value].flat().join('\n'))]),
    );
    const received: unknown = response.headers['content-type']?.includes('json') ? response.body : response.text;
    transcript.push({
      step: rename(`${method.toUpperCase()} ${path}`),
      status: response.status,
      headers,
      body: received === undefined ? undefined : JSON.parse(rename(JSON.stringify(received))),
    });
    return received;
  };

  await step('get', '/api/auth/me');
  await step('get', '/api/events');
  await step('post', '/api/auth/login', { email: EMAIL, password: 'wrong' });
  const login = await step('post', '/api/auth/login', { email: EMAIL, password: PASSWORD });
  token = textAt(login, 'token');
  await step('get', '/api/auth/me');
  await step('get', '/api/account');
  await step('get', '/api/events?limit=3&sort=-title');
  await step('get', '/api/events?filter[status]=published&filter[tags][]=music');
  await step('get', '/API/EVENTS/?limit=1');
  await step('head', '/api/events');
  await step('get', '/api/events?limit=0');
  const created = await step('post', '/api/events', {
    title: 'Transcript <b>evening</b>',
    description: 'Created by the client script',
    status: 'draft',
    tags: ['transcript'],
    venue: null,
    startsAt: '2031-05-01T18:00:00.000Z',
    endsAt: null,
    capacity: 12,
  });
  const id = textAt(fieldOf(created, 'event'), 'id') ?? 'none';
  await step('get', `/api/events/${id}`);
  await step('post', `/api/events/${id}/activity`, { type: 'view' });
  await step('post', `/api/events/${id}/activity`, { type: 'registration' });
  await step('get', `/api/events/${id}/metrics?interval=week`);
  await step('get', `/api/events/${id}/metrics`);
  await step('get', '/api/metrics/all?interval=week');
  await step('delete', `/api/events/${id}`);
  await step('get', `/api/events/${id}`);
  await step('get', `/api/events/${id}/metrics`);
  await step('get', '/api/nowhere');
  await step('post', '/api/auth/logout');
  await step('get', '/api/auth/me');
  await step('get', '/api/events');
  await step('get', '/api/metrics/all');
  return transcript;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function textAt(value: unknown, name: string): string | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'string' ? field : undefined;
}

/** Replaces session tokens, ids and times by their kind and the order in which the client first saw them. */
function renamer(): (text: string) => string {
  const names = new Map<string, string>();
  const nameOf = (kind: string) => (found: string) => {
    const name = names.get(found) ?? `<${kind} ${names.size + 1}>`;
    names.set(found, name);
    return name;
  };
  return (text) =>
    text
      .replaceAll(/s(:|%3A)[\w-]{20,}\.[\w%+/-]+/g, nameOf('token'))
      .replaceAll(/\b[0-9a-f]{24}\b/g, nameOf('id'))
      .replaceAll(/remaining=\d+, reset=\d+/g, 'remaining=<n>, reset=<n>')
      .replaceAll(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '<time>')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>');
}
