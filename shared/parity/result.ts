import type { Difference } from './exchange';
import type { RuleKind } from './rules';

/** `different`: a client can see it. `accepted`: only where rules of that kind say so. `skipped`: not judged; `reason` says why. */
export const VERDICTS = ['equal', 'different', 'accepted', 'skipped'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const CASE_SOURCES = ['suite', 'har', 'generated'] as const;
export type CaseSource = (typeof CASE_SOURCES)[number];

/** A body as a report shows it: bounded, with what is needed to know the whole. */
export interface ReportedBody {
  readonly length: number;
  /** Of the whole body, hexadecimal. */
  readonly sha256: string;
  readonly encoding: 'text' | 'base64';
  /** The beginning, at most {@link MAX_REPORTED_BYTES} bytes of it. */
  readonly content: string;
  readonly truncated: boolean;
}

export const MAX_REPORTED_BYTES = 64 * 1024;

export interface ReportedRequest {
  readonly method: string;
  readonly path: string;
  /** Every header line; values of credentials are `[redacted]`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: ReportedBody;
}

export interface ReportedResponse {
  readonly statusCode: number;
  /** Every header line, in order; values of session cookies are `[redacted]`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: ReportedBody;
  /** Milliseconds until the whole answer was there. */
  readonly ms: number;
}

export interface RuleReference {
  /** `test/eventsapp/parity/rules.yml:12`. */
  readonly place: string;
  readonly kind: RuleKind;
  readonly path: string;
  readonly reason: string;
}

/** A difference that a rule of kind `accepted` allows. */
export interface AcceptedDifference extends Difference {
  readonly rule: RuleReference;
}

/** One request, sent as one identity to both sides. */
export interface CaseResult {
  readonly name: string;
  readonly source: CaseSource;
  readonly identity: string;
  readonly verdict: Verdict;
  /** Always there when skipped; otherwise what else is worth saying. */
  readonly reason?: string;
  readonly request: ReportedRequest;
  /** Absent when the case was skipped before it was sent. */
  readonly control?: ReportedResponse;
  readonly candidate?: ReportedResponse;
  /** Which side answered as the candidate: the proxy keeps some requests on legacy. */
  readonly answeredBy?: 'legacy' | 'lambda';
  /** What no rule allows; paths as `status`, `header etag`, `cookie sid; expires`, `body $.events[3].title`, `database events inserted ...`. */
  readonly differences: readonly Difference[];
  readonly accepted: readonly AcceptedDifference[];
  readonly rules: readonly RuleReference[];
}

export type Counts = Readonly<Record<Verdict, number>> & { readonly cases: number };

export interface RouteResult {
  /** `GET /api/events`; `(no listed route)` for requests that no listed route takes. */
  readonly route: string;
  readonly id?: string;
  readonly counts: Counts;
  readonly cases: readonly CaseResult[];
}

/** Something of a recording that could not be replayed, or of a suite that could not be run. */
export interface NotRun {
  /** `recorded.har log.entries[3]: POST /api/events`. */
  readonly what: string;
  readonly reason: string;
}

export interface Tried {
  readonly tried: number;
  readonly known: number;
}

/** What generated cases have tried, of all that there is to try on the routes' fields and requests. */
export interface GeneratedCoverage {
  /** A kind of value in a field, or a change of the request as a whole. */
  readonly inputs: Tried;
  /** Of body, query, path and headers, by route. */
  readonly fields: Tried;
  readonly kinds: Tried;
  readonly untriedFields: readonly string[];
  readonly untriedKinds: readonly string[];
  /** Fields of which no contract names limits: usual ones were tried. */
  readonly withoutContract: readonly string[];
}

export interface TriedOnRoutes extends Tried {
  readonly routes: number;
}

/** Who asked besides the configured identities, and of which documents, of all that there could be. */
export interface WorldCoverage {
  readonly credentials: TriedOnRoutes;
  readonly documents: TriedOnRoutes;
}

export interface ReportedSide {
  /** Without credentials. */
  readonly url: string;
  /** `legacy`, `gateway`, `proxy in front of the gateway`. */
  readonly name: string;
}

/** One run of `banyan parity`: what every report is made of. Plain JSON. */
export interface ParityRun {
  readonly format: 1;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly control: ReportedSide;
  readonly candidate: ReportedSide;
  /** Of the generator, to repeat the run. */
  readonly seed?: number;
  readonly generated?: GeneratedCoverage;
  readonly world?: WorldCoverage;
  readonly totals: Counts;
  /** In the order of the route table, then the others. */
  readonly routes: readonly RouteResult[];
  readonly notRun: readonly NotRun[];
  /** Faults of the rules file found by the run: expired and unused rules, each with file and line. They fail the run. */
  readonly ruleFaults: readonly string[];
}

/** Whether the run shows parity: nothing different and no fault in the rules. */
export function isClean({ totals, ruleFaults }: ParityRun): boolean {
  return totals.different === 0 && ruleFaults.length === 0;
}

export function countVerdicts(results: readonly Pick<CaseResult, 'verdict'>[]): Counts {
  const counts = { cases: results.length, equal: 0, different: 0, accepted: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}
