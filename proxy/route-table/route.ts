import type { Climb } from './canary-settings';
import type { GuardSettings } from './guard-settings';
import type { Account, AUTHS, Condition, ShadowSettings, Stage } from './schema';

/** A route as the proxy uses it: parsed once at load, trusted afterwards. */
export interface Route {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly stage: Stage;
  /** Share of the users that Lambda answers on stage canary, 0 to 100; of a route that climbs the ceiling. */
  readonly percent: number;
  /** How the share climbs automatically on stage canary; undefined: it does not. */
  readonly climb: Climb | undefined;
  /** What is compared; undefined: nothing. */
  readonly shadow: ShadowSettings | undefined;
  /** GET and HEAD unless listed otherwise: may be asked twice. */
  readonly isSafe: boolean;
  /** Statuses of Lambda that legacy replaces; undefined: legacy never steps in. */
  readonly fallbackStatuses: ReadonlySet<number> | undefined;
  /** Undefined: the guard never returns the route to legacy. */
  readonly guard: GuardSettings | undefined;
  /** Share of the sessions whose exchanges are recorded, 0 to 1. */
  readonly recordSample: number;
  /** Until Lambda's answer begins, in ms; undefined: as configured for all. */
  readonly timeout: number | undefined;
  /** What the function's authorizer must do; the proxy itself ignores it. */
  readonly auth: (typeof AUTHS)[number];
  /** Larger bodies stay on legacy. */
  readonly maxBodyBytes: number;
  /** A request that meets any of these stays on legacy. */
  readonly unless: readonly Condition[];
  /** Whether its function is the monolith's own app. */
  readonly isLifted: boolean;
  /** What became of the monolith's middleware, by name: the file's and its own. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** Names of its own. */
  readonly ownAccounts: readonly string[];
  /** One entry per path segment when the path has only static and `:param` segments; such a path can be spelt for API Gateway. */
  readonly segments: readonly Segment[] | undefined;
  readonly line: number;
}

/** `static`: text that must stand there (compared without case); `param`: any non-empty text without a slash. */
export type Segment =
  { readonly kind: 'static'; readonly text: string } | { readonly kind: 'param'; readonly name: string };

/** Whether its share is what the proxies have agreed on, within the file's ceiling. */
export function isClimbing({ stage, climb }: Pick<Route, 'stage' | 'climb'>): boolean {
  return stage === 'canary' && climb !== undefined;
}

/** Where the file puts a route: `shadow`, `canary 5 %`, `canary up to 100 %`. */
export function positionText({ stage, percent, climb }: Pick<Route, 'stage' | 'percent' | 'climb'>): string {
  return stage === 'canary' ? `canary ${climb === undefined ? '' : 'up to '}${percent} %` : stage;
}

/** Parses an Express path; undefined when it uses more than static and `:param` segments (optional, regular expression, wildcard). */
export function parseSegments(path: string): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  for (const text of path.replace(/\/$/, '').split('/').slice(1)) {
    const param = /^:(\w+)$/.exec(text)?.[1];
    if (param !== undefined) segments.push({ kind: 'param', name: param });
    else if (/^[A-Za-z0-9\-._~!&',;=@%]+$/.test(text)) segments.push({ kind: 'static', text });
    else return undefined;
  }
  return segments;
}
