import type { Db, Document } from 'mongodb';
import type { CaseSource } from './result';

/** Whether a method promises to change nothing (RFC 9110 section 9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** A request as a parity case writes it. */
export interface CaseRequest {
  readonly method: string;
  /** Path and query, sent as they are. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes for what is no text. */
  readonly body?: string | Buffer;
}

/** Statuses that legacy must give, so that a case cannot pass by failing alike on both sides. */
export type ExpectedStatus = number | Readonly<Record<string, number>>;

/** One request, sent as each identity to both sides. */
export interface ParityCase {
  readonly name: string;
  readonly request: Partial<CaseRequest> & Pick<CaseRequest, 'path'>;
  /** Sent line by line instead: request line and header lines; the identity's headers are added. */
  readonly raw?: readonly string[];
  /** Left out by generated and recorded cases, of which the expected answer is unknown. */
  readonly status?: ExpectedStatus;
  /** Default: where `status` is by identity those named there, else `member`. */
  readonly identities?: readonly string[];
  /** What legacy must do to the data below 300, as `<collection> inserted|updated|removed`: no case passes by doing nothing on both sides. */
  readonly effects?: readonly string[];
  /** Sent with `If-None-Match` and the tag that legacy gives to the same request without it; as text, `{{tag}}` or `{{opaque}}`, without `W/`, stands for it, and each line is a header of its own. */
  readonly revalidates?: boolean | string;
  /** Other cookies, sent in front of the identity's: `theme=dark`. */
  readonly cookies?: string;
  /** Why the case is not sent to the gateway itself: what the proxy absorbs or keeps on legacy. */
  readonly onlyThroughProxy?: string;
  /** Which side must answer through the proxy when the route is on Lambda; default lambda. */
  readonly answeredBy?: 'legacy' | 'lambda' | Readonly<Record<string, 'legacy' | 'lambda'>>;
}

/** What is read of a JSON schema: the generator looks for limits and alternatives. Other keywords are ignored, references not followed. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** What a route takes, each part a schema of an object: `z.toJSONSchema` gives one, an OpenAPI document holds them. */
export interface Contract {
  readonly body?: JsonSchema;
  readonly query?: JsonSchema;
  readonly path?: JsonSchema;
}

/** The cases of one route, in a file that `parity.cases` of banyan.config.ts names. */
export interface CaseSuite {
  /** Method and Express path, as in the route table: `GET /api/events/:eventId`. */
  readonly route: string;
  readonly cases: readonly ParityCase[];
  /** Writes what the cases need and the data does not have; suites of one file may share it. */
  readonly prepare?: (db: Db) => Promise<unknown>;
  /** With it, generated cases go to the limits; without, to those that are usual. */
  readonly contract?: Contract;
}

/** A document as it is to be while a case is sent, whatever its `_id` stood for before. */
export interface GivenDocument {
  readonly collection: string;
  readonly document: Document;
  /** Only its `_id` counts then: there is to be none. */
  readonly isMissing?: boolean;
}

export interface SourcedCase {
  readonly source: CaseSource;
  readonly route: string;
  readonly identity: string;
  readonly parityCase: ParityCase;
  /** Where each side has its own data. */
  readonly given?: readonly GivenDocument[];
}

/** As whom a case is sent. */
export function identitiesOf({ identities, status }: ParityCase): readonly string[] {
  return identities ?? (typeof status === 'object' ? Object.keys(status) : ['member']);
}

/** What legacy must answer; undefined where unspecified. */
export function expectedStatus({ status }: ParityCase, identity: string): number | undefined {
  return typeof status === 'object' ? status[identity] : status;
}

/** Who must answer through the proxy when the route is on Lambda. */
export function answeredBy(parityCase: ParityCase, identity: string): 'legacy' | 'lambda' {
  const side = parityCase.answeredBy ?? 'lambda';
  return typeof side === 'string' ? side : (side[identity] ?? 'lambda');
}

/** What goes over the wire: header lines in order, the identity's first, a header of the case in place of the identity's. */
export function requestLines(
  { request, raw, cookies }: ParityCase,
  credentials: Readonly<Record<string, string>>,
): { readonly method: string; readonly path: string; readonly headers: readonly (readonly [string, string])[] } {
  if (raw !== undefined) {
    const [first = '', ...lines] = raw;
    const [method = 'GET', path = '/'] = first.split(' ');
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    return { method, path, headers: [...headers, ...Object.entries(credentials)] };
  }
  const own = Object.entries(request.headers ?? {});
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const others = Object.entries(credentials).filter(([name]) => !names.has(name.toLowerCase()));
  const headers = withCookies([...others, ...own], cookies);
  return { method: request.method ?? 'GET', path: request.path, headers };
}

function withCookies(
  headers: readonly (readonly [string, string])[],
  cookies: string | undefined,
): readonly (readonly [string, string])[] {
  if (cookies === undefined) return headers;
  const of = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'cookie';
  if (!headers.some(of)) return [...headers, ['Cookie', cookies]];
  return headers.map((header) => (of(header) ? [header[0], `${cookies}; ${header[1]}`] : header));
}
