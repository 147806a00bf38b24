import type { Route } from '../route-table/route';

/** Who changes something at run time, and why; both are kept and shown. */
export interface Change {
  /** A person or a part of the system: `ann`, `guard of proxy web-1`, `file`. */
  readonly by: string;
  readonly why: string;
}

/** Numbers behind a decision, by short names. */
export type Evidence = Readonly<Record<string, number | string>>;

/** Something that is switched on. `since` is for people: clocks of several machines are never compared. */
export interface Entry extends Change {
  readonly since: Date;
}

/** A route that was returned to legacy. */
export interface Lowering extends Entry {
  readonly kind: 'guard' | 'manual';
  readonly evidence?: Evidence;
}

/** The share that the proxies have agreed on for a route that climbs automatically. */
export interface Step {
  /** 0: it waits to begin. */
  readonly percent: number;
  /** Steps of the route so far: of two decisions about the same one, one is stored. */
  readonly changes: number;
  /** By the server's clock. */
  readonly since: Date;
  /** Lambda's answers to clients, and its failures, until the step began; of which builds. */
  readonly before: { readonly answered: number; readonly failed: number; readonly builds?: string | undefined };
  /** Why it goes no further, as judged last; undefined before that. */
  readonly waits: string | undefined;
}

/** Overrides in force. Immutable: a change makes a new one. */
export interface OverrideState {
  /** False: MongoDB has not been seen since the start and there was no fresh snapshot, so what was rolled back is unknown. */
  readonly known: boolean;
  readonly killSwitch: Entry | undefined;
  readonly lowered: ReadonlyMap<string, Lowering>;
  /** Of the routes that climb, as far as they have begun. */
  readonly steps: ReadonlyMap<string, Step>;
}

/** Why a listed route is on legacy although its stage says otherwise. */
export type OverrideReason = 'kill-switch' | 'rolled-back' | 'overrides-unknown';

/** Whether a route must stay on legacy; never when `retired`, of which legacy has no code. Pure, one look-up. */
export function overrideOf(
  { known, killSwitch, lowered }: OverrideState,
  routeId: string,
  stage: string,
): OverrideReason | undefined {
  if (stage === 'retired') return undefined;
  if (killSwitch !== undefined) return 'kill-switch';
  if (!known) return 'overrides-unknown';
  return lowered.has(routeId) ? 'rolled-back' : undefined;
}

/** The share of the users that Lambda answers on stage canary: the file's, or the step that is stored, never above the file's. Pure. */
export function shareInForce(
  { steps }: Pick<OverrideState, 'steps'>,
  { id, percent, climb }: Pick<Route, 'id' | 'percent' | 'climb'>,
): number {
  return climb === undefined ? percent : Math.min(percent, steps.get(id)?.percent ?? 0);
}

/** Nothing is overridden: the route table alone decides. */
export const NO_OVERRIDES: OverrideState = { known: true, killSwitch: undefined, lowered: new Map(), steps: new Map() };
