import type { BanyanConfig } from '../../shared/config';
import { requestLines, type CaseRequest } from '../../shared/parity/case';
import type { Har, HarEntry } from '../../shared/recording/har/har';
import { isAddressKept } from '../../shared/recording/redact/redact-names';
import type { NotRun } from '../../shared/parity/result';
import type { RecordedRequest } from './generate/generate';
import { isRedacted, loginOf, pathOf, readSessions } from './recorded-sessions';
import { OTHER_ROUTES, type PlannedCase } from './run';
import { whyUnsendable } from './sendable';

export interface ReplayOptions {
  readonly banyan: BanyanConfig;
  readonly file: string;
  /** `GET /api/events/:eventId` for a request, or undefined. */
  readonly routeOf: (method: string, pathname: string) => string | undefined;
  readonly sessions: ReadonlyMap<string, string>;
  readonly routes?: ReadonlySet<string>;
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

/** Turns a recording into cases; logins are redone before, since passwords are not recorded. No name or reason holds a token. */
export function planReplay(har: Har, options: ReplayOptions): Replay {
  const { banyan, file, routes } = options;
  const { entries } = har.log;
  const sessions = readSessions(har, banyan, options.sessions);
  const origin = mainOrigin(entries, options);
  const cases: PlannedCase[] = [];
  const notRun: NotRun[] = [];
  let others = 0;
  entries.forEach((entry, index) => {
    const { method, url } = entry.request;
    const shownPath = pathOf(sessions.redacted[index]?.request.url ?? '');
    const what = `${file} log.entries[${index}] (${method} ${shownPath.slice(0, 100)})`;
    const route = options.routeOf(method, pathOf(url).split('?', 1)[0] ?? '/') ?? OTHER_ROUTES;
    if (routes !== undefined && !routes.has(route)) {
      others += 1;
      return;
    }
    const request = sendable(entry, origin, banyan);
    if (typeof request === 'string') {
      notRun.push({ what, reason: request });
      return;
    }
    const { identity, session, remedy } = sessions.senderOf(index);
    if (identity === undefined) {
      notRun.push({ what, reason: `no identity known for ${session ?? 'it'}; name one: ${remedy}` });
      return;
    }
    const name = `entries[${index}]: ${method} ${shownPath.slice(0, 200)}`;
    const parityCase = { name, request };
    cases.push({ source: 'har', route, identity, parityCase, recorded: { ...recordedAnswer(entry), remedy } });
  });
  if (others > 0) notRun.push({ what: file, reason: `${others} of routes other than --route` });
  return { cases, notRun };
}

/** What of a recording could be sent, whoever sent it, by the route that takes it. */
export function recordedRequests(
  har: Har,
  { banyan, routeOf }: Pick<ReplayOptions, 'banyan' | 'routeOf'>,
): readonly RecordedRequest[] {
  const { entries } = har.log;
  const origin = mainOrigin(entries, { routeOf });
  return entries.flatMap((entry) => {
    const request = sendable(entry, origin, banyan);
    if (typeof request === 'string') return [];
    const route = routeOf(request.method, request.path.split('?', 1)[0] ?? '/');
    return route === undefined ? [] : [{ route, request }];
  });
}

/** What of an entry is sent again, or why nothing is. */
function sendable(entry: HarEntry, origin: string | undefined, banyan: BanyanConfig): CaseRequest | string {
  const reason = whyNot(entry, origin, banyan);
  if (reason !== undefined) return reason;
  const request = requestOf(entry, banyan);
  return whyUnsendable(requestLines({ name: '', request }, {})) ?? request;
}

function whyNot(entry: HarEntry, origin: string | undefined, banyan: BanyanConfig): string | undefined {
  const { request, response } = entry;
  if (!/^https?:/.test(request.url)) return 'not HTTP';
  if (new URL(request.url).origin !== origin) return `another origin than ${origin ?? 'the monolith'}`;
  if (!isAddressKept(request.url)) return 'its address was redacted';
  if (response.status === 0) return 'there was no answer';
  if (response.status === 101) return 'a WebSocket';
  const type = response.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  if (type.startsWith('text/event-stream')) return 'a stream without an end';
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
function mainOrigin(entries: readonly HarEntry[], { routeOf }: Pick<ReplayOptions, 'routeOf'>): string | undefined {
  const counts = new Map<string, number>();
  for (const { request } of entries) {
    if (!URL.canParse(request.url)) continue;
    const { origin, pathname } = new URL(request.url);
    const weight = routeOf(request.method, pathname) === undefined ? 1 : 1_000;
    counts.set(origin, (counts.get(origin) ?? 0) + weight);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function recordedAnswer({
  response,
  startedDateTime,
  time,
}: HarEntry): Omit<NonNullable<PlannedCase['recorded']>, 'remedy'> {
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
