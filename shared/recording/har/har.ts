import { z } from 'zod';

// HTTP Archive 1.2, as far as recordings and replays need it. Fields that begin with an underscore are ours, as the format allows.

const text = z.string();
const number = z.number();
const pair = z.object({ name: text, value: text });
const pairs = z.array(pair);
/** Only shown: a browser that leaves them out or writes them in another form does no harm. */
const shown = <T extends z.ZodType>(schema: T, fallback: z.output<T>) => schema.catch(fallback);

const url = z.string().refine((value) => {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  return parsed !== undefined && /^(https?|wss?|blob|data|chrome-extension|about|file):$/.test(parsed.protocol);
}, 'expected an absolute URL');

const token = z.string().regex(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/, 'expected an HTTP method');

const postData = z.object({
  mimeType: shown(text, ''),
  text: text.exactOptional(),
  /** What a browser writes instead of `text` for forms; without `value` it was a file. */
  params: z
    .array(z.object({ name: text, value: text.exactOptional(), fileName: text.exactOptional() }))
    .exactOptional(),
  /** The format has no field for binary request bodies. */
  _encoding: z.literal('base64', 'expected base64').exactOptional(),
});

/** Who a session belongs to; `login`: fields of the login request other than the secret ones, such as `{email: ...}`. */
const user = z.object({ userId: text.exactOptional(), login: z.record(text, text).exactOptional() });

/** What a recording of Banyan says besides the exchange. */
const notes = z.object({
  /** Id in the route table. */
  route: text.exactOptional(),
  /** Placeholder of the session that the request carried, `session-1`, and of the one that its answer began. */
  session: text.exactOptional(),
  begins: text.exactOptional(),
  user: user.exactOptional(),
  /** What was left out of this entry, and why. */
  omitted: z.array(text).exactOptional(),
});

/** One request and its answer; times in ms, sizes in bytes, -1: unknown. */
export const entry = z.object({
  startedDateTime: z.string().refine((value) => !Number.isNaN(Date.parse(value)), 'expected a time in ISO 8601'),
  time: shown(number, 0),
  request: z.object({
    method: token,
    url,
    httpVersion: shown(text, 'HTTP/1.1'),
    cookies: shown(pairs, []),
    headers: pairs,
    queryString: shown(pairs, []),
    postData: postData.exactOptional(),
    headersSize: shown(number, -1),
    bodySize: shown(number, -1),
  }),
  response: z.object({
    /** 0: there was no answer. */
    status: z.int('expected a status').min(0, 'expected a status').max(999, 'expected a status'),
    statusText: shown(text, ''),
    httpVersion: shown(text, 'HTTP/1.1'),
    cookies: shown(pairs, []),
    headers: pairs,
    content: z.object({
      /** After decompression. */
      size: shown(number, -1),
      mimeType: shown(text, ''),
      /** Absent: not recorded, or there was no body. */
      text: text.exactOptional(),
      encoding: z.literal('base64', 'expected base64').exactOptional(),
      comment: text.exactOptional(),
    }),
    redirectURL: shown(text, ''),
    headersSize: shown(number, -1),
    bodySize: shown(number, -1),
  }),
  cache: shown(z.record(text, z.unknown()), {}),
  timings: shown(z.object({ send: number, wait: number, receive: number }), { send: 0, wait: 0, receive: 0 }),
  comment: text.exactOptional(),
  _banyan: notes.exactOptional(),
});

export const file = z.object({
  log: z.object({
    version: z
      .string()
      .regex(/^1\.[12]$/, 'expected version 1.2')
      .default('1.2'),
    creator: shown(z.object({ name: text, version: text }), { name: 'unknown', version: '' }),
    entries: z.array(z.unknown()),
  }),
});

type Immutable<T> = T extends readonly (infer Element)[]
  ? readonly Immutable<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

export type HarEntry = Immutable<z.output<typeof entry>>;
export type HarRequest = HarEntry['request'];
export type HarResponse = HarEntry['response'];
export type HarContent = HarResponse['content'];
export type HarPostData = Immutable<z.output<typeof postData>>;
export type HarPair = Immutable<z.output<typeof pair>>;
export type HarNotes = Immutable<z.output<typeof notes>>;
type HarUser = Immutable<z.output<typeof user>>;

/** A recording; its entries in the order in which the requests were sent. */
export interface Har {
  readonly log: Immutable<Pick<z.output<typeof file>['log'], 'version' | 'creator'>> & {
    readonly entries: readonly HarEntry[];
  };
}

/** `session-1`, `credential-2`: what stands for a token or a key in a redacted recording. */
export const PLACEHOLDER = /\b(?:session|credential)-[1-9]\d*\b/;

/** The users of a recording's sessions by placeholder; a session of whom nothing is known is missing. */
export function usersOf({ log }: Har): ReadonlyMap<string, HarUser> {
  const users = new Map<string, HarUser>();
  for (const { _banyan: notes } of log.entries) {
    const session = notes?.begins ?? notes?.session;
    if (session !== undefined && notes?.user !== undefined)
      users.set(session, { ...users.get(session), ...notes.user });
  }
  return users;
}
