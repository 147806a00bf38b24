import { climbState } from './describe';
import type { OverrideState } from '../overrides/state';
import type { Route } from '../route-table/route';

/** The next step of a route on its way, as a change of `routes.yml`. */
export interface NextStep {
  readonly to: Route['stage'];
  readonly percent: number | undefined;
  readonly lines: readonly string[];
  readonly command: string;
}

const PERCENTS = [1, 5, 25, 50, 100];

/** What comes after the stage that a route is on; undefined after the last, and while it climbs by itself. Pure. */
export function nextStep(route: Route, state: OverrideState): NextStep | undefined {
  const { id, stage, percent, isSafe, climb } = route;
  if (climbState(route, state)?.next !== undefined) return undefined;
  const first = climb === undefined ? PERCENTS[0] : undefined;
  const step = (to: Route['stage'], share?: number): NextStep => ({
    to,
    percent: share,
    lines: [`stage: ${to}`, ...(share === undefined ? [] : [`percent: ${share}`])],
    command: `npm run banyan -- promote ${id} --to ${to}${share === undefined ? '' : ` --percent ${share}`}`,
  });
  switch (stage) {
    case 'legacy':
      return isSafe ? step('shadow') : step('canary', first);
    case 'shadow':
      return step('canary', first);
    case 'canary': {
      // A climb ends where a person said; what is beyond is for a person again.
      const next = climb === undefined ? PERCENTS.find((share) => share > percent) : undefined;
      return next === undefined ? step('lambda') : step('canary', next);
    }
    case 'lambda':
      return step('retired');
    case 'retired':
      return undefined;
  }
}
