/** HTTP Archive 1.2, as far as recordings and replays need it. Fields that begin with an underscore are ours, as the format allows. */
export interface Har {
  readonly log: HarLog;
}

export interface HarLog {
  readonly version: string;
  readonly creator: { readonly name: string; readonly version: string };
  /** In the order in which the requests were sent. */
  readonly entries: readonly HarEntry[];
}

/** One request and its answer. */
export interface HarEntry {
  /** ISO 8601. */
  readonly startedDateTime: string;
  /** Milliseconds in all. */
  readonly time: number;
  readonly request: HarRequest;
  readonly response: HarResponse;
  readonly cache: Readonly<Record<string, unknown>>;
  readonly timings: HarTimings;
  readonly comment?: string;
  readonly _banyan?: HarNotes;
}

export interface HarRequest {
  readonly method: string;
  /** Absolute; path and query as sent. */
  readonly url: string;
  readonly httpVersion: string;
  readonly cookies: readonly HarCookie[];
  /** Every header line, in order. */
  readonly headers: readonly HarPair[];
  readonly queryString: readonly HarPair[];
  readonly postData?: HarPostData;
  readonly headersSize: number;
  readonly bodySize: number;
}

export interface HarPostData {
  readonly mimeType: string;
  readonly text?: string;
  /** What a browser writes instead of `text` for forms. */
  readonly params?: readonly HarParam[];
  /** The format has no word for binary bodies of requests. */
  readonly _encoding?: 'base64';
}

/** A field of a form; without `value` when it was a file. */
export interface HarParam {
  readonly name: string;
  readonly value?: string;
  readonly fileName?: string;
}

export interface HarResponse {
  /** 0: there was no answer. */
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly cookies: readonly HarCookie[];
  readonly headers: readonly HarPair[];
  readonly content: HarContent;
  readonly redirectURL: string;
  readonly headersSize: number;
  readonly bodySize: number;
}

export interface HarContent {
  /** Bytes, after decompression. */
  readonly size: number;
  readonly mimeType: string;
  /** Absent: not recorded, or there was no body. */
  readonly text?: string;
  readonly encoding?: 'base64';
  readonly comment?: string;
}

export interface HarPair {
  readonly name: string;
  readonly value: string;
}

export type HarCookie = HarPair;

export interface HarTimings {
  readonly send: number;
  readonly wait: number;
  readonly receive: number;
}

/** What a recording of Banyan says beside the exchange. */
export interface HarNotes {
  /** Id in the route table. */
  readonly route?: string;
  /** Placeholder of the session that the request carried, `session-1`. */
  readonly session?: string;
  /** Placeholder of the session that the answer began, at a login. */
  readonly begins?: string;
  /** Whose session it is, as far as the recording knows. */
  readonly user?: HarUser;
  /** What was left out of this entry, and why. */
  readonly omitted?: readonly string[];
}

/** Who a session belongs to, never with what. */
export interface HarUser {
  readonly userId?: string;
  /** Fields of the login request other than the secret ones, by which a test identity can be found: `{email: ...}`. */
  readonly login?: Readonly<Record<string, string>>;
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
