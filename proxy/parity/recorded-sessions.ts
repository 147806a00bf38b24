import type { BanyanConfig } from '../../shared/config';
import { loginRequest, type LoginRequest } from '../../shared/config/login-request';
import { BanyanError } from '../../shared/errors';
import { PLACEHOLDER, usersOf, type Har, type HarEntry } from '../../shared/recording/har/har';
import { createRedactor } from '../../shared/recording/redact/redact-entry';
import { redactionOf } from '../../shared/recording/redact/redaction-of';
import { replaceSigned } from '../../shared/recording/redact/tokens';
import { parseJson } from '../../shared/session/parse-json';

/** For `--session none=member`: requests that were recorded without credentials. */
const NO_CREDENTIALS = 'none';

export interface RecordedSender {
  /** As whom it is sent again; undefined when no one is known. */
  readonly identity: string | undefined;
  /** What it takes to send it as another identity, for messages. Holds no token. */
  readonly remedy: string;
  /** `session-1`, never a token; undefined without credentials. */
  readonly session: string | undefined;
}

/** A recording whose sessions have names, whether redacted or not. */
export interface RecordedSessions {
  /** The entries as they may be shown: without tokens in addresses and headers. */
  readonly redacted: readonly HarEntry[];
  senderOf(index: number): RecordedSender;
}

/** Whose the sessions of a recording are: by recorded login, recorded user, or by hand (placeholder to identity). Throws BanyanError for an unknown one. */
export function readSessions(har: Har, banyan: BanyanConfig, byHand: ReadonlyMap<string, string>): RecordedSessions {
  const { entries } = har.log;
  const settings = redactionOf(banyan);
  const redactor = createRedactor(settings);
  const redacted = entries.map((entry) => redactor.redact(entry));
  const keyHeaders = new Set(['authorization', ...settings.credentialHeaders]);
  const sessions = redacted.map((entry, index) => {
    const session = sessionOf(entry, banyan);
    if (session !== undefined || byHeaders(entries[index], entry, banyan) !== undefined) return session;
    return keyOf(entry, keyHeaders);
  });
  checkByHand(byHand, [...sessions, ...redacted.map((entry) => newSessionOf(entry, banyan))]);
  const identities = identitiesBySession(entries, redacted, banyan, byHand);
  const example =
    Object.entries(banyan.parity.identities).find(([, { kind }]) => kind !== 'anonymous' && kind !== 'headers')?.[0] ??
    '<identity>';
  const anonymous = Object.entries(banyan.parity.identities).find(([, { kind }]) => kind === 'anonymous')?.[0];

  return {
    redacted,
    senderOf(index) {
      const session = sessions[index];
      if (session !== undefined) {
        const option = `--session ${session}=${quoted(example)}`;
        const identity = identities.get(session);
        const remedy =
          identity === undefined
            ? option
            : `if ${session} was not ${quoted(identity)}: --session ${session}=<identity>`;
        return { session, identity, remedy };
      }
      const named = byHand.get(NO_CREDENTIALS);
      const remedy =
        named === undefined
          ? 'the recording has no credentials for it (browsers leave them out: export the HAR with sensitive data, ' +
            `or assign an identity to requests without credentials: --session ${NO_CREDENTIALS}=${quoted(example)})`
          : `the recording has no credentials for it, and its identity comes from --session ${NO_CREDENTIALS}=${quoted(named)}`;
      const fixed = byHeaders(entries[index], redacted[index], banyan);
      // Who was refused had no credentials indeed.
      const wasRefused = entries[index]?.response.status === 401;
      const identity = fixed ?? (wasRefused ? anonymous : (named ?? anonymous));
      return { session, identity, remedy };
    },
  };
}

/** @throws BanyanError for text that is not `session-1=member` or names no one */
export function readSessionOption(text: string, identities: readonly string[]): readonly [string, string] {
  const at = text.lastIndexOf('=');
  const [session, identity] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || !identities.includes(identity))
    throw new BanyanError(
      `--session ${JSON.stringify(shown(text))}: expected session-1=<identity>, with one of ${identities.join(', ')}`,
      { code: 'usage' },
    );
  return [session, identity];
}

/** What was given may be a token. */
function shown(text: string): string {
  const replaced = replaceSigned(text, () => '<token>');
  return replaced.length > 60 ? '<a long text>' : replaced;
}

function quoted(identity: string): string {
  return /^[\w<>-]+$/.test(identity) ? identity : JSON.stringify(identity);
}

function checkByHand(byHand: ReadonlyMap<string, string>, found: readonly (string | undefined)[]): void {
  const known = new Set(found.filter((one) => one !== undefined)).add(NO_CREDENTIALS);
  const unknown = [...byHand.keys()].filter((session) => !known.has(session));
  if (unknown.length === 0) return;
  throw new BanyanError(
    `--session ${unknown.map((one) => JSON.stringify(shown(one))).join(', ')}: the recording has no such session; ` +
      `it has ${[...known].join(', ')} (${NO_CREDENTIALS}: requests without credentials)`,
    { code: 'usage' },
  );
}

function identitiesBySession(
  entries: readonly HarEntry[],
  redacted: readonly HarEntry[],
  banyan: BanyanConfig,
  byHand: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const found = new Map(byHand);
  const add = (session: string | undefined, identity: string | undefined): void => {
    if (session !== undefined && identity !== undefined && !found.has(session)) found.set(session, identity);
  };
  redacted.forEach((entry, index) => {
    const original = entries[index];
    const identity = original && loginOf(original, banyan);
    add(entry._banyan?.begins, identity);
    add(newSessionOf(entry, banyan), identity);
  });
  for (const [session, { login }] of usersOf({ log: { version: '1.2', creator: NOBODY, entries: redacted } })) {
    const identity = Object.entries(banyan.parity.identities).find(
      ([, one]) => login !== undefined && agree(login, loginRequest(one)?.fields),
    );
    add(session, identity?.[0]);
  }
  return found;
}

const NOBODY = { name: '', version: '' };

/** The identity as whom a recorded request logs in. */
export function loginOf({ request }: HarEntry, { parity: { identities } }: BanyanConfig): string | undefined {
  const sent = parseBody(request.postData?.text, request.postData?.params);
  if (sent === undefined) return undefined;
  const match = Object.entries(identities).find(([, identity]) => {
    const login = loginRequest(identity);
    const isSame = login?.method === request.method && login.path === pathOf(request.url).split('?', 1)[0];
    return isSame && agree(sent, login.fields);
  });
  return match?.[0];
}

/** Whether two logins say the same wherever the recording was not redacted and nothing was extracted from a page. */
function agree(sent: Readonly<Record<string, unknown>>, fields: LoginRequest['fields'] = {}): boolean {
  const known = Object.entries(fields).filter(
    ([name, value]) => sent[name] !== undefined && !isRedacted(sent[name]) && !String(value).includes('{{'),
  );
  return known.length > 0 && known.every(([name, value]) => sent[name] === value);
}

export function isRedacted(value: unknown): boolean {
  return typeof value === 'string' && /redacted/i.test(value);
}

/** The session that an answer began. */
function newSessionOf({ response }: HarEntry, { session }: BanyanConfig): string | undefined {
  const line = response.headers.find(
    ({ name, value }) => name.toLowerCase() === 'set-cookie' && value.startsWith(`${session.cookieName}=`),
  );
  return line?.value.slice(session.cookieName.length + 1).split(';', 1)[0];
}

/** The placeholder of the session that a redacted request carries. */
function sessionOf(entry: HarEntry, { session: { cookieName } }: BanyanConfig): string | undefined {
  if (entry._banyan?.session !== undefined) return entry._banyan.session;
  const header = (wanted: string) => entry.request.headers.find(({ name }) => name.toLowerCase() === wanted)?.value;
  const authorization = header('authorization');
  // A present Authorization header decides, for the monolith too.
  if (authorization !== undefined)
    return /^bearer /i.test(authorization) ? PLACEHOLDER.exec(authorization)?.[0] : undefined;
  const pair = header('cookie')
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${cookieName}=`));
  return pair === undefined ? undefined : PLACEHOLDER.exec(pair.slice(cookieName.length + 1))?.[0];
}

/** The placeholder of a key in a redacted request. */
function keyOf({ request }: HarEntry, names: ReadonlySet<string>): string | undefined {
  for (const { name, value } of request.headers) {
    const placeholder = names.has(name.toLowerCase()) ? PLACEHOLDER.exec(value)?.[0] : undefined;
    if (placeholder !== undefined) return placeholder;
  }
  return undefined;
}

/** The identity made of headers that a request has: with their values, or, as these are often redacted, by their names. */
function byHeaders(
  entry: HarEntry | undefined,
  redacted: HarEntry | undefined,
  { parity: { identities } }: BanyanConfig,
): string | undefined {
  for (const [one, isSame] of [
    [entry, (found: string, value: string) => found === value],
    [redacted, (found: string) => isRedacted(found) || PLACEHOLDER.test(found)],
  ] as const) {
    const sent = new Map(one?.request.headers.map(({ name, value }) => [name.toLowerCase(), value]));
    const matches = Object.entries(identities).filter(
      ([, identity]) =>
        identity.kind === 'headers' &&
        Object.entries(identity.headers).every(([name, value]) => {
          const found = sent.get(name.toLowerCase());
          return found !== undefined && isSame(found, value);
        }),
    );
    if (matches.length === 1) return matches[0]?.[0];
  }
  return undefined;
}

/** Path and query as recorded; a parsed URL would spell them anew. */
export function pathOf(url: string): string {
  const rest = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

function parseBody(
  text: string | undefined,
  params: readonly { readonly name: string; readonly value?: string | undefined }[] | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return params && Object.fromEntries(params.map(({ name, value }) => [name, value]));
  const value = parseJson(text);
  if (value === undefined) return Object.fromEntries(new URLSearchParams(text));
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
