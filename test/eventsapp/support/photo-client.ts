import type {
  InitiateUploadResponse,
  PhotoJson,
  UploadStatusResponse,
} from '../../../lambda/eventsapp/contracts/photos';
import { DEMO_IDS, DEMO_PASSWORD } from '../seed';

/** A smallest PNG; more bytes at its end make another file of it. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** An event of the demo data that has no photos. */
export const EVENT = DEMO_IDS.event(5).toHexString();

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A user of the demo data, at one address. */
export interface PhotoClient {
  ask(method: string, path: string, body?: object): Promise<Answer>;
  /** GET, redirects not followed. */
  askFor(path: string): Promise<Response>;
  initiate(about: object, event?: string): Promise<Answer>;
  list(event?: string): Promise<readonly PhotoJson[]>;
  fetchPhoto(id: string): Promise<Buffer>;
  statusOf(id: string): Promise<UploadStatusResponse>;
}

/** Logs a demo user in. */
export async function photoClient(url: string, email: string): Promise<PhotoClient> {
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: DEMO_PASSWORD }),
  });
  const { token } = (await response.json()) as { readonly token: string };
  const headers = { authorization: `Bearer ${token}` };
  const ask: PhotoClient['ask'] = async (method, path, body) => {
    const sent = body && { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } };
    const answer = await fetch(url + path, { method, headers, ...sent });
    return { status: answer.status, text: await answer.text() };
  };
  const parsed = async <T>(path: string): Promise<T> => {
    const { status, text } = await ask('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    ask,
    askFor: (path) => fetch(url + path, { headers, redirect: 'manual' }),
    initiate: (about, event = EVENT) => ask('POST', `/api/events/${event}/photos/initiate-upload`, about),
    list: async (event = EVENT) =>
      (await parsed<{ readonly photos: readonly PhotoJson[] }>(`/api/events/${event}/photos`)).photos,
    async fetchPhoto(id) {
      const answer = await fetch(`${url}/api/photos/${id}`, { headers });
      if (answer.status !== 200) throw new Error(`photo ${id}: ${answer.status}`);
      return Buffer.from(await answer.arrayBuffer());
    },
    statusOf: (id) => parsed(`/api/events/${EVENT}/photos/${id}`),
  };
}

/** Registers the member for the event, as the organiser does. */
export async function registerMember(url: string, event = EVENT): Promise<void> {
  const organiser = await photoClient(url, 'organiser@example.com');
  const attendee = { name: 'Member', email: 'Member@Example.com' };
  const { status, text } = await organiser.ask('POST', `/api/events/${event}/attendees`, attendee);
  if (status !== 201 && status !== 409) throw new Error(`not registered: ${status} ${text}`);
}

/** Sends a file to where initiate-upload says. */
export async function putFile(url: string, bytes: Buffer, contentType = 'image/png'): Promise<Answer> {
  const headers = { 'content-type': contentType, 'if-none-match': '*' };
  const answer = await fetch(url, { method: 'PUT', headers, body: Uint8Array.from(bytes) });
  return { status: answer.status, text: await answer.text() };
}

export const initiated = ({ text }: Answer): InitiateUploadResponse => JSON.parse(text) as InitiateUploadResponse;

/** Does something with each element, a few at a time. */
export async function forEach<T>(
  items: readonly T[],
  concurrency: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const work = async (): Promise<void> => {
    for (const item of waiting) await act(item);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}
