import type { Obstacle } from '../ledger/promotion-rules';
import type { OverrideState, Step } from '../overrides/state';
import { frozenBy } from '../route-table/freeze';
import type { Climb } from '../route-table/canary-settings';
import type { Route } from '../route-table/route';
import { counted } from '../statistics/counted';
import { percentText } from '../statistics/percent';

/** A route on canary that climbs. */
export type ClimbingRoute = Pick<Route, 'id'> & { readonly climb: Climb; readonly guard: NonNullable<Route['guard']> };

/** What the ledger knows of a route. */
export interface ClimbEvidence {
  /** What `banyan promote` would refuse the next share for. */
  readonly obstacles: readonly Obstacle[];
  /** Of Lambda to clients on canary, and its failures there, so far. */
  readonly answers: Step['before'];
}

const MINUTE = 60_000;

export type GateAnswer = { readonly isOpen: true } | { readonly isOpen: false; readonly why: string };

export interface ClimbFacts {
  readonly route: ClimbingRoute;
  readonly state: Pick<OverrideState, 'killSwitch' | 'lowered' | 'steps'>;
  /** How the proxies differ from each other; undefined: they agree. */
  readonly disagreement: string | undefined;
  /** By the server's clock, as the beginning of a step. */
  readonly now: Date;
  /** undefined: not asked yet. */
  readonly evidence?: ClimbEvidence | undefined;
  readonly gate?: GateAnswer | undefined;
}

export type ClimbDecision =
  | { readonly kind: 'step'; readonly to: number; readonly why: string }
  /** It could move on by now, but for this. */
  | { readonly kind: 'hold'; readonly why: string }
  /** By the guard or a person; it starts again at its first step, once a person resumes it. */
  | { readonly kind: 'returned' }
  /** Its step is to last, or is the last. */
  | { readonly kind: 'rest' }
  /** Its step starts again: time under the kill switch proves nothing. */
  | { readonly kind: 'again' }
  /** It depends on this; decide again with the answer. */
  | { readonly kind: 'ask'; readonly what: 'evidence' | 'gate'; readonly to: number };

/** Whether a route moves to its next share; what costs something is asked last, and only if all else is well. Pure. */
export function decideClimb({ route, state, disagreement, now, evidence, gate }: ClimbFacts): ClimbDecision {
  const { id, climb } = route;
  const { steps, every, freeze, timeZone } = climb;
  if (state.lowered.has(id)) return { kind: 'returned' };
  const stored = state.steps.get(id);
  const share = stored?.percent ?? 0;
  if (state.killSwitch !== undefined) {
    const isOld = stored !== undefined && share > 0 && now.getTime() - stored.since.getTime() > MINUTE;
    return { kind: isOld ? 'again' : 'rest' };
  }
  const ceiling = steps.at(-1) ?? 0;
  // In force already; stored, so that raising the ceiling again does not jump back to it.
  if (share > ceiling) return { kind: 'step', to: ceiling, why: `routes.yml allows ${ceiling} %` };
  const to = steps.find((step) => step > share);
  if (to === undefined) return { kind: 'rest' };
  const isBegun = stored !== undefined && share > 0;
  if (isBegun && now.getTime() - stored.since.getTime() < every) return { kind: 'rest' };
  const frozen = frozenBy(freeze, timeZone, now);
  if (frozen !== undefined) return { kind: 'hold', why: `frozen: ${frozen.text} (${timeZone})` };
  if (disagreement !== undefined) return { kind: 'hold', why: disagreement };
  if (isBegun) {
    if (evidence === undefined) return { kind: 'ask', what: 'evidence', to };
    const lacking = [...evidence.obstacles.map(({ text }) => text), ...lackingOnStep(route, stored, evidence)];
    if (lacking.length > 0) return { kind: 'hold', why: lacking.join('; ') };
  }
  if (climb.gate !== undefined) {
    if (gate === undefined) return { kind: 'ask', what: 'gate', to };
    if (!gate.isOpen) return { kind: 'hold', why: gate.why };
  }
  return { kind: 'step', to, why: isBegun ? `evidence and guard held at ${share} %` : 'the first step' };
}

/** Time alone proves nothing: Lambda must have answered clients on this step, as many as the guard judges by, and as well. */
function lackingOnStep({ guard }: ClimbingRoute, { percent, before }: Step, { answers }: ClimbEvidence): string[] {
  // New builds have counts of their own, which may have begun after the step.
  const isSame =
    answers.builds === before.builds && answers.answered >= before.answered && answers.failed >= before.failed;
  const answered = answers.answered - (isSame ? before.answered : 0);
  const failed = answers.failed - (isSame ? before.failed : 0);
  const { minRequests, errorRate } = guard;
  if (answered < minRequests)
    return [`Lambda has answered ${answered} of the ${counted(minRequests, 'request')} required at ${percent} %`];
  if (failed <= errorRate * (answered + failed)) return [];
  return [
    `at ${percent} % Lambda failed ${failed} of ${counted(answered + failed, 'request')}, or legacy had to answer: allowed are ${percentText(errorRate)}`,
  ];
}
