import type { BanyanConfig } from '../../../shared/banyan-config';
import { BanyanError } from '../../../shared/errors';
import type { CaseRequest } from '../../../shared/parity/case';
import { PLACEHOLDER, usersOf, type Har, type HarEntry } from '../../../shared/parity/har/har';
import type { NotRun } from '../../../shared/parity/result';
import { OTHER_ROUTES, type PlannedCase } from './run';

export interface ReplayOptions {
  readonly banyan: BanyanConfig;
  /** Name of the file, for messages. */
  readonly file: string;
  /** `GET /api/events/:eventId` for a request, or undefined. */
  readonly routeOf: (method: string, pathname: string) => string | undefined;
  /** By hand, from `--session session-2=member`. */
  readonly sessions: ReadonlyMap<string, string>;
}

/** A recording as a sequence of cases, and what of it cannot be sent again. */
export interface Replay {
  readonly cases: readonly PlannedCase[];
  readonly notRun: readonly NotRun[];
}

/** Made anew for each connection, or by whoever sends. */
const OF_THE_CONNECTION = new Set([
  'host',
  'connection',
  'keep-alive',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'expect',
  'upgrade',
  'te',
]);

/**
 * Turns a recording into cases. Sessions become test identities: by the recorded login, by what the recording says of its
 * users, or by hand. Logins themselves are done before the replay, since passwords are not in the recording.
 */
export function planReplay(har: Har, options: ReplayOptions): Replay {
  const identities = identitiesBySession(har, options);
  const { entries } = har.log;
  const origin = mainOrigin(entries, options);
  const cases: PlannedCase[] = [];
  const notRun: NotRun[] = [];
  entries.forEach((entry, index) => {
    const { method, url } = entry.request;
    const what = `${options.file} log.entries[${index}] (${method} ${pathOf(url).slice(0, 100)})`;
    const reason = whyNot(entry, origin, options.banyan);
    if (reason !== undefined) {
      notRun.push({ what, reason });
      return;
    }
    const session = sessionOf(entry, options.banyan);
    const identity = session === undefined ? staticIdentity(entry, options.banyan) : identities.get(session);
    if (identity === undefined) {
      notRun.push({
        what,
        reason: `nobody is known for ${session ?? 'its credentials'}; name an identity: --session ${session ?? 'credential-1'}=member`,
      });
      return;
    }
    const route = options.routeOf(method, pathOf(url).split('?', 1)[0] ?? '/') ?? OTHER_ROUTES;
    const name = `entries[${index}]: ${method} ${pathOf(url).slice(0, 200)}`;
    const parityCase = { name, request: requestOf(entry, options.banyan) };
    cases.push({ source: 'har', route, identity, parityCase, recorded: recordedAnswer(entry) });
  });
  return { cases, notRun };
}

/** @throws BanyanError for text that is not `session-1=member` or names nobody */
export function readSessionOption(text: string, identities: readonly string[]): readonly [string, string] {
  const [, session, identity] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (session === undefined || identity === undefined || !identities.includes(identity))
    throw new BanyanError(
      `--session ${JSON.stringify(text)}: expected session-1=<identity>, with one of ${identities.join(', ')}`,
      { code: 'usage' },
    );
  return [session, identity];
}

function identitiesBySession(har: Har, { banyan, sessions }: ReplayOptions): ReadonlyMap<string, string> {
  const found = new Map(sessions);
  const add = (session: string | undefined, identity: string | undefined): void => {
    if (session !== undefined && identity !== undefined && !found.has(session)) found.set(session, identity);
  };
  for (const entry of har.log.entries) {
    const identity = loginOf(entry, banyan);
    add(entry._banyan?.begins, identity);
    add(newSessionOf(entry, banyan), identity);
  }
  for (const [session, { login }] of usersOf(har)) {
    const identity = Object.entries(banyan.parity.identities).find(
      ([, one]) => one.kind === 'login' && login !== undefined && agree(login, one.body),
    );
    add(session, identity?.[0]);
  }
  return found;
}

/** The identity as whom a recorded request logs in. */
function loginOf({ request }: HarEntry, { parity: { identities } }: BanyanConfig): string | undefined {
  const sent = parseBody(request.postData?.text, request.postData?.params);
  if (sent === undefined) return undefined;
  const match = Object.entries(identities).find(
    ([, identity]) =>
      identity.kind === 'login' &&
      identity.method === request.method &&
      identity.path === pathOf(request.url) &&
      agree(sent, identity.body),
  );
  return match?.[0];
}

/** Whether two login bodies say the same wherever the recording was not redacted. */
function agree(sent: Readonly<Record<string, unknown>>, body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const known = Object.entries(body).filter(([name]) => sent[name] !== undefined && !isRedacted(sent[name]));
  return known.length > 0 && known.every(([name, value]) => sent[name] === value);
}

function isRedacted(value: unknown): boolean {
  return typeof value === 'string' && /redacted/i.test(value);
}

/** The session that an answer began. */
function newSessionOf({ response }: HarEntry, { session }: BanyanConfig): string | undefined {
  const line = response.headers.find(
    ({ name, value }) => name.toLowerCase() === 'set-cookie' && value.startsWith(`${session.cookieName}=`),
  );
  return line?.value.slice(session.cookieName.length + 1).split(';', 1)[0];
}

/** The session that a request carries: its placeholder, or the token itself in a recording that nobody redacted. */
function sessionOf(entry: HarEntry, { session: { cookieName } }: BanyanConfig): string | undefined {
  if (entry._banyan?.session !== undefined) return entry._banyan.session;
  const header = (wanted: string) => entry.request.headers.find(({ name }) => name.toLowerCase() === wanted)?.value;
  const bearer = /^bearer +(.+)$/i.exec(header('authorization') ?? '')?.[1];
  if (bearer !== undefined) return PLACEHOLDER.exec(bearer)?.[0] ?? encodeURIComponent(decodeURIComponent(bearer));
  // A present Authorization header decides, for the monolith too.
  if (header('authorization') !== undefined) return undefined;
  const pair = header('cookie')
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${cookieName}=`));
  const value = pair?.slice(cookieName.length + 1);
  return value === undefined ? undefined : (PLACEHOLDER.exec(value)?.[0] ?? value);
}

/** Who sends no session: an identity made of headers that the request has, else nobody. */
function staticIdentity({ request }: HarEntry, { parity: { identities } }: BanyanConfig): string | undefined {
  const sent = new Map(request.headers.map(({ name, value }) => [name.toLowerCase(), value]));
  const byHeaders = Object.entries(identities).filter(
    ([, identity]) =>
      identity.kind === 'headers' &&
      Object.entries(identity.headers).every(([name, value]) => {
        const found = sent.get(name.toLowerCase());
        return found === value || isRedacted(found) || (found !== undefined && PLACEHOLDER.test(found));
      }),
  );
  if (byHeaders.length === 1) return byHeaders[0]?.[0];
  return Object.entries(identities).find(([, { kind }]) => kind === 'anonymous')?.[0];
}

function whyNot(entry: HarEntry, origin: string | undefined, banyan: BanyanConfig): string | undefined {
  const { request, response } = entry;
  if (!/^https?:/.test(request.url)) return 'not HTTP';
  if (new URL(request.url).origin !== origin) return `another origin than ${origin ?? 'the monolith'}`;
  if (response.status === 0) return 'there was no answer';
  if (response.status === 101) return 'a WebSocket';
  const type = response.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  if (type.startsWith('text/event-stream')) return 'a stream, which does not end';
  if (loginOf(entry, banyan) !== undefined) return `a login as ${loginOf(entry, banyan) ?? ''}: done before the replay`;
  const hidden = request.postData !== undefined && (entry._banyan?.omitted ?? []).some((text) => /request/i.test(text));
  if (hidden) return 'its body was not recorded';
  if (isRedacted(request.postData?.text)) return 'its body was redacted';
  if (request.postData?.params !== undefined && request.postData.text === undefined)
    return /multipart/.test(request.postData.mimeType)
      ? 'a multipart body, of which the bytes were not recorded'
      : undefined;
  return undefined;
}

/** The origin of most requests that a listed route takes; a browser also loads fonts and scripts from elsewhere. */
function mainOrigin(entries: readonly HarEntry[], { routeOf }: ReplayOptions): string | undefined {
  const counts = new Map<string, number>();
  for (const { request } of entries) {
    if (!URL.canParse(request.url)) continue;
    const { origin, pathname } = new URL(request.url);
    const weight = routeOf(request.method, pathname) === undefined ? 1 : 1_000;
    counts.set(origin, (counts.get(origin) ?? 0) + weight);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function recordedAnswer({ response, startedDateTime, time }: HarEntry): NonNullable<PlannedCase['recorded']> {
  const { text = '', encoding } = response.content;
  const from = Date.parse(startedDateTime);
  return {
    response: {
      statusCode: response.status,
      headers: response.headers.map(({ name, value }) => [name, value] as const),
      body: Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8'),
    },
    moment: { from, to: from + Math.max(0, time) },
  };
}

function requestOf({ request }: HarEntry, banyan: BanyanConfig): CaseRequest {
  const credentials = new Set(['authorization']);
  for (const identity of Object.values(banyan.parity.identities))
    if (identity.kind === 'headers')
      for (const name of Object.keys(identity.headers)) credentials.add(name.toLowerCase());
  const headers = request.headers.flatMap(({ name, value }): [string, string][] => {
    const lower = name.toLowerCase();
    // The identity's own come instead. Names with a colon are of HTTP/2.
    if (OF_THE_CONNECTION.has(lower) || credentials.has(lower) || lower.startsWith(':') || lower === 'cookie')
      return [];
    return [[name, value]];
  });
  const { text, params, _encoding } = request.postData ?? {};
  const form = params
    ?.map(({ name, value = '' }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  const content = text ?? form;
  const body = content === undefined ? undefined : _encoding === 'base64' ? Buffer.from(content, 'base64') : content;
  return {
    method: request.method,
    path: pathOf(request.url),
    headers: Object.fromEntries(headers),
    ...(body !== undefined && { body }),
  };
}

/** Path and query as recorded; a parsed URL would spell them anew. */
function pathOf(url: string): string {
  const rest = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function parseBody(
  text: string | undefined,
  params: readonly { readonly name: string; readonly value?: string | undefined }[] | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return params && Object.fromEntries(params.map(({ name, value }) => [name, value]));
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}
