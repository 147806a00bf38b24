import { BanyanError } from '../../../shared/errors';
import { climbState, describeClimb } from '../../climb/describe';
import { nextStep } from '../../climb/next-step';
import type { Obstacle } from '../../ledger/promotion-rules';
import type { OverrideState } from '../../overrides/state';
import { readOverrideState } from '../../overrides/store';
import { frozenBy } from '../../route-table/freeze';
import { positionText, type Route } from '../../route-table/route';
import { describeError } from '../describe-error';
import { EXIT, type CommandResult } from '../exit-codes';
import { describeObstacles, describeWarnings, howToFollow, promote, readTable, type PromoteParts } from './promote';

type Parts = Omit<PromoteParts, 'routeId' | 'target' | 'forcedBecause'>;

/** A route that stays, and why: in words, or what a promotion lacks. */
interface Waiting {
  readonly route: string;
  readonly at: string;
  readonly reasons: readonly string[];
  readonly obstacles: readonly Obstacle[];
}

/** Moves every route that is on its way and ready one stage on, and says of the others what is missing. Exit code 3: none is ready. */
export async function promoteReady(parts: Parts): Promise<CommandResult> {
  const { routesFile, publishedTo, dryRun } = parts;
  const { table } = await readTable(routesFile);
  const state = await readOverrideState(await parts.db());
  const moved: { readonly route: string; readonly change: string }[] = [];
  const waiting: Waiting[] = [];
  const warnings = new Set<string>();
  /** From here on nothing could be judged. */
  let isBroken = false;
  for (const route of table.routes) {
    if (route.stage === 'retired') continue;
    const { id: routeId } = route;
    const wait = (reasons: readonly string[], obstacles: readonly Obstacle[] = []): void =>
      void waiting.push({ route: routeId, at: positionText(route), reasons, obstacles });
    const next = nextStep(route, state);
    const named = leftToPeople(route, state, parts.now);
    if (named !== undefined || next === undefined) wait([named ?? 'it has no next stage']);
    else if (isBroken) wait(['not looked at, after the error above']);
    else {
      const target = { stage: next.to, percent: next.percent };
      try {
        const { json } = await promote({ ...parts, routeId, target, forcedBecause: undefined });
        if (json.obstacles.length > 0) wait([], json.obstacles);
        else moved.push({ route: routeId, change: json.change });
        for (const warning of json.warnings) warnings.add(warning);
      } catch (error) {
        // Of the route alone, or of everything from here on: those before it have moved, which must be said.
        isBroken = !(error instanceof BanyanError);
        wait(describeError(error).lines);
      }
    }
  }
  const commit = `git commit -m "promote ${moved.map(({ route }) => route).join(', ')}" -- ${routesFile}`;
  const publish = publishedTo && `aws s3 cp ${routesFile} ${publishedTo}`;
  const isFine = moved.length > 0 || waiting.length === 0;
  return {
    exitCode: isBroken ? EXIT.impossible : isFine ? EXIT.fine : EXIT.refused,
    text: [
      ...moved.map(({ change }) => `${dryRun ? 'would promote' : 'promoted'} ${change}\n`),
      ...waiting.map(
        ({ route, at, reasons, obstacles }) =>
          `not ready: ${route} (${at})\n${reasons.map((text) => `  ${text}\n`).join('')}${describeObstacles(obstacles)}`,
      ),
      describeWarnings([...warnings]),
      dryRun || moved.length === 0 ? '' : howToFollow(commit, publish),
    ].join(''),
    json: {
      promoted: moved,
      notReady: waiting,
      warnings: [...warnings],
      dryRun,
      ...(moved.length > 0 && { commit, ...(publish && { publish }) }),
    },
  };
}

/** What no command moves along with others: the first step, which needs a function; the last, which has no way back; and routes that climb. */
function leftToPeople(route: Route, state: OverrideState, now: Date): string | undefined {
  const { id, stage, climb } = route;
  if (stage === 'legacy') return `start it by name: banyan promote ${id} --to shadow, or canary for writes`;
  if (stage === 'lambda') return `there is no way back from retired: banyan promote ${id} --to retired`;
  if (state.lowered.has(id)) return `it is rolled back: banyan resume ${id}`;
  const climbing = climbState(route, state);
  if (climbing?.next !== undefined)
    return `climbs automatically: ${describeClimb(climbing)}${climbing.waits === undefined ? '' : `; waits: ${climbing.waits}`}`;
  if (climbing !== undefined && route.percent < 100)
    return `${describeClimb(climbing)}, its ceiling: raise percent or steps in routes.yml, or banyan promote ${id} --to lambda`;
  const frozen = climb && frozenBy(climb.freeze, climb.timeZone, now);
  return frozen && `frozen: ${frozen.text} (${climb.timeZone})`;
}
