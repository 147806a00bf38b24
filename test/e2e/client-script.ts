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
/** The first bytes of a PNG: no text. */
const PHOTO = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff]);

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
  const session: { token: string | undefined } = { token: undefined };

  const step = async (
    method: 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: object,
    photo?: Buffer,
  ): Promise<unknown> => {
    const sent = client[method](path)
      .ok(() => true)
      .redirects(0);
    if (credential === 'bearer token' && session.token !== undefined) {
      sent.set('Authorization', `Bearer ${session.token}`);
    }
    if (photo !== undefined) sent.attach('photo', photo, { filename: 'évening.png', contentType: 'image/png' });
    const response = await (body === undefined ? sent : sent.send(body));
    const headers = Object.fromEntries(
      Object.entries(response.headers as Record<string, string | string[]>)
        .filter(([name]) => !VOLATILE_HEADERS.has(name))
        .map(([name, value]) => [name, rename([value].flat().join('\n'))]),
    );
    const received = receivedOf(response);
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
  session.token = textAt(login, 'token');
  await step('get', '/api/auth/me');
  await step('get', '/api/account');
  await step('patch', '/api/account', { timezone: 'Europe/Oslo' });
  await step('patch', '/api/account', { timezone: 'Mars/Olympus' });
  await step('patch', '/api/account', { timezone: 'Europe/Copenhagen' });
  await step('get', '/api/account/users');
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
  await step('put', `/api/events/${id}`, {
    title: 'Transcript, replaced',
    startsAt: '2031-05-01T18:00:00Z',
    venue: 'Pier 3',
  });
  const guest = { name: 'Ada Berg', email: 'Ada@Example.org' };
  const added = await step('post', `/api/events/${id}/attendees`, guest);
  await step('post', `/api/events/${id}/attendees`, guest);
  await step('get', `/api/events/${id}/attendees`);
  const attendeeId = textAt(fieldOf(added, 'attendee'), 'id') ?? 'none';
  await step('delete', `/api/events/${id}/attendees/${attendeeId}`);
  await step('get', `/api/events/${id}/attendees`);
  await step('get', `/api/events/${id}/photos`);
  const uploaded = await step('post', `/api/events/${id}/photos`, undefined, PHOTO);
  await step('get', `/api/events/${id}/photos`);
  await step('get', `/api/photos/${textAt(fieldOf(uploaded, 'photo'), 'id') ?? 'none'}`);
  await step('post', `/api/events/${id}/activity`, { type: 'view' });
  await step('post', `/api/events/${id}/activity`, { type: 'registration' });
  await step('get', `/api/events/${id}/metrics?interval=week`);
  await step('get', `/api/events/${id}/metrics`);
  await step('get', '/api/metrics/all?interval=week');
  await step('post', '/api/reports', { day: 'tomorrow' });
  await step('post', '/api/reports', { day: '2026-01-31' });
  await step('get', '/api/reports/none');
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

/** JSON as values, images by their bytes, the rest as text. */
function receivedOf({ headers, body, text }: request.Response): unknown {
  const type = String(headers['content-type']);
  if (type.startsWith('image/')) return Buffer.isBuffer(body) ? body.toString('base64') : 'no bytes';
  return type.includes('json') ? body : text;
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
