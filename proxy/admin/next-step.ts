import type { Route } from '../route-table/route';

/** The next step of a route on its way, as a change of `routes.yml`. */
export interface NextStep {
  readonly to: Route['stage'];
  readonly percent: number | undefined;
  readonly lines: readonly string[];
  readonly command: string;
}

const PERCENTS = [1, 5, 25, 50, 100];

/** What comes after the stage that a route is on; undefined after the last. Pure. */
export function nextStep({ id, stage, percent, isSafe }: Route): NextStep | undefined {
  const step = (to: Route['stage'], share?: number): NextStep => ({
    to,
    percent: share,
    lines: [`stage: ${to}`, ...(share === undefined ? [] : [`percent: ${share}`])],
    command: `npm run banyan -- promote ${id} --to ${to}${share === undefined ? '' : ` --percent ${share}`}`,
  });
  switch (stage) {
    case 'legacy':
      return isSafe ? step('shadow') : step('canary', PERCENTS[0]);
    case 'shadow':
      return step('canary', PERCENTS[0]);
    case 'canary': {
      const next = PERCENTS.find((share) => share > percent);
      return next === undefined ? step('lambda') : step('canary', next);
    }
    case 'lambda':
      return step('retired');
    case 'retired':
      return undefined;
  }
}
