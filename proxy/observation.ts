import type { ProposedRule } from '../shared/parity/propose-rule';
import type { Reason } from './choose-target';
import type { Client } from './client/client';
import type { Upstream } from './forward/upstream';

/** What became of one request to a listed route; reported once it is over. */
export interface RequestObservation {
  readonly routeId: string;
  readonly method: string;
  /** Sent to the client; 499 when it had gone. */
  readonly statusCode: number;
  /** From the request's head to the end of the answer. */
  readonly ms: number;
  /** Who answered in the end. */
  readonly upstream: Upstream['name'];
  readonly reason: Reason;
  /** What Lambda did, if it was asked, before any fallback. */
  readonly lambda: LambdaAttempt | undefined;
  /** Epoch ms. */
  readonly at: number;
}

/** How asking Lambda went. */
export interface LambdaAttempt {
  /** `failed`: no answer, or half of one. `gateway-refused`: API Gateway refused before it called anything. */
  readonly outcome: 'answered' | 'failed' | 'gateway-refused';
  readonly statusCode: number | undefined;
  /** From the end of the request to the head of the answer: what a client takes to send and to read is not Lambda's. */
  readonly ms: number;
  /** Of the fault, when it failed. */
  readonly code: string | undefined;
  /** The function says that this was its first invocation: its time says nothing about the next. */
  readonly coldStart: boolean;
}

export const COMPARISON_SOURCES = ['shadow', 'replay', 'suite'] as const;

/** One comparison of both sides' answers to the same request. Paths and types, never values. */
export interface ComparisonObservation {
  readonly routeId: string;
  readonly equal: boolean;
  readonly differences: readonly ObservedDifference[];
  readonly statusCode: number;
  readonly identity: 'anonymous' | 'session' | 'other-credential';
  /** Names of the query's parameters, sorted, joined by `&`; empty without. */
  readonly queryForm: string;
  readonly source: (typeof COMPARISON_SOURCES)[number];
  readonly at: number;
}

export interface ObservedDifference {
  /** Without keys and positions that may be data. */
  readonly path: string;
  readonly kind: string;
  /** What stood there on either side: `string`, `absent`. */
  readonly controlType?: string;
  readonly candidateType?: string;
  /** Seen in one of two answers of Lambda, while legacy gave the same twice. */
  readonly intermittent?: true;
  /** Rules that name the place and did not allow it. */
  readonly despite?: readonly string[];
}

/** What legacy says to a safe request to which Lambda gave 401, 403, 404 or 500. */
export interface RefusalObservation {
  readonly routeId: string;
  readonly statusCode: number;
  /** Legacy, asked the same, refused (or, for a 500, failed) too. */
  readonly isShared: boolean;
  /** Of a request with a well-signed session token. */
  readonly isSession: boolean;
}

/** Called in the request's path: must be quick and never throw. The client comes apart, since it is never stored or logged. */
export interface Observer {
  request(observation: RequestObservation, client: Client): void;
  /** A request to no listed route, in ms. */
  unlisted(statusCode: number, ms: number): void;
  comparison(observation: ComparisonObservation, client: Client): void;
  refusal(observation: RefusalObservation, client: Client): void;
  /** A mirrored request that was not compared, why, whose, and for `noise` where. */
  shadowDropped(routeId: string, reason: ShadowDropReason, client: Client, noise?: readonly NoisePlace[]): void;
}

/** Where legacy does not repeat itself, and the rule that would cover it; `none`: no rule can. Holds no values. */
export interface NoisePlace extends Omit<ProposedRule, 'kind'> {
  readonly kind: ProposedRule['kind'] | 'none';
}

export const SHADOW_DROP_REASONS = [
  'busy',
  'memory',
  'slow',
  'answer-too-large',
  'legacy-failed',
  'client-gone',
  'gateway-refused',
  'noise',
] as const;
export type ShadowDropReason = (typeof SHADOW_DROP_REASONS)[number];

/** Passes on to several. */
export function observers(list: readonly Observer[]): Observer {
  return {
    request(observation, client) {
      for (const observer of list) observer.request(observation, client);
    },
    unlisted(statusCode, ms) {
      for (const observer of list) observer.unlisted(statusCode, ms);
    },
    comparison(observation, client) {
      for (const observer of list) observer.comparison(observation, client);
    },
    refusal(observation, client) {
      for (const observer of list) observer.refusal(observation, client);
    },
    shadowDropped(routeId, reason, client, noise) {
      for (const observer of list) observer.shadowDropped(routeId, reason, client, noise);
    },
  };
}
