import { shareInForce, type OverrideState } from '../overrides/state';
import { isClimbing, type Route } from '../route-table/route';

/** How far a route has climbed. */
export interface ClimbState {
  /** In force, of the users; 0: it has not begun. */
  readonly percent: number;
  readonly steps: readonly number[];
  /** undefined: it has reached the last. */
  readonly next: number | undefined;
  /** By MongoDB's clock. */
  readonly since: Date | undefined;
  /** Before this the step is not over. */
  readonly due: Date | undefined;
  /** What else keeps it from the next step, as judged last. */
  readonly waits: string | undefined;
}

/** How far it is, and where to: `at 5 % of 25 %, next 25 %`. Pure. */
export function describeClimb({ percent, steps, next }: Pick<ClimbState, 'percent' | 'steps' | 'next'>): string {
  const ceiling = steps.at(-1) ?? 0;
  return next === undefined ? `has reached ${percent} %` : `at ${percent} % of ${ceiling} %, next ${next} %`;
}

/** Of a route on canary that climbs automatically; undefined for any other. Pure. */
export function climbState(route: Route, state: OverrideState): ClimbState | undefined {
  if (!isClimbing(route) || route.climb === undefined) return undefined;
  const { steps, every } = route.climb;
  const stored = state.steps.get(route.id);
  const percent = shareInForce(state, route);
  const next = steps.find((step) => step > percent);
  const isUnderWay = stored !== undefined && percent > 0;
  return {
    percent,
    steps,
    next,
    since: stored?.since,
    due: isUnderWay && next !== undefined ? new Date(stored.since.getTime() + every) : undefined,
    waits: stored?.waits,
  };
}
