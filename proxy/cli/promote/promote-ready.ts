import { BanyanError } from '../../../shared/errors';
import { nextStep } from '../../admin/next-step';
import { climbState } from '../../climb/describe';
import type { OverrideState } from '../../overrides/state';
import { readOverrideState } from '../../overrides/store';
import { frozenBy } from '../../route-table/freeze';
import { positionText, type Route } from '../../route-table/route';
import { EXIT, type CommandResult } from '../exit-codes';
import { howToFollow, promote, readTable, type PromoteParts } from './promote';

type Parts = Omit<PromoteParts, 'routeId' | 'target' | 'forcedBecause'>;

/** Moves every route that is on its way and ready one stage on, and says of the others what is missing. Exit code 3: none is ready. */
export async function promoteReady(parts: Parts): Promise<CommandResult> {
  const { routesFile, publishedTo, dryRun } = parts;
  const { table } = await readTable(routesFile);
  const state = await readOverrideState(await parts.db());
  const moved: { readonly route: string; readonly change: string }[] = [];
  const waiting: { readonly route: string; readonly at: string; readonly reasons: readonly string[] }[] = [];
  for (const route of table.routes) {
    if (route.stage === 'retired') continue;
    const { id: routeId } = route;
    const wait = (...reasons: string[]): void =>
      void waiting.push({ route: routeId, at: positionText(route), reasons });
    const next = nextStep(route, state);
    const named = leftToPeople(route, state, parts.now);
    if (named !== undefined || next === undefined) {
      wait(named ?? 'it has no next stage');
      continue;
    }
    const target = { stage: next.to, percent: next.percent };
    const refused = await promoteOne({ ...parts, routeId, target, forcedBecause: undefined });
    if (refused instanceof BanyanError) {
      wait(refused.message);
      continue;
    }
    const { json } = refused;
    if (json.obstacles.length > 0) wait(...json.obstacles.map(({ text, remedy }) => `${text} -> ${remedy}`));
    else moved.push({ route: routeId, change: json.change });
  }
  const commit = `git commit -m "promote ${moved.map(({ route }) => route).join(', ')}" -- ${routesFile}`;
  const publish = publishedTo && `aws s3 cp ${routesFile} ${publishedTo}`;
  return {
    exitCode: moved.length > 0 || waiting.length === 0 ? EXIT.fine : EXIT.refused,
    text: [
      ...moved.map(({ change }) => `${dryRun ? 'would promote' : 'promoted'} ${change}\n`),
      ...waiting.map(
        ({ route, at, reasons }) => `not ready: ${route} (${at})\n${reasons.map((text) => `  ${text}\n`).join('')}`,
      ),
      dryRun || moved.length === 0 ? '' : howToFollow(commit, publish),
    ].join(''),
    json: {
      promoted: moved,
      notReady: waiting,
      dryRun,
      ...(moved.length > 0 && { commit, ...(publish && { publish }) }),
    },
  };
}

/** An error of one route is a reason like any other: those before it have moved, which must be said. */
async function promoteOne(parts: PromoteParts): Promise<Awaited<ReturnType<typeof promote>> | BanyanError> {
  try {
    return await promote(parts);
  } catch (error) {
    if (error instanceof BanyanError) return error;
    throw error;
  }
}

/** What no command moves along with others: the first step, which needs a function; the last, which has no way back; and what moves by itself. */
function leftToPeople(route: Route, state: OverrideState, now: Date): string | undefined {
  const { id, stage, climb } = route;
  if (stage === 'legacy') return `a person begins: banyan promote ${id} --to shadow, or canary for writes`;
  if (stage === 'lambda') return `there is no way back from retired: banyan promote ${id} --to retired`;
  if (state.lowered.has(id)) return `it is rolled back: banyan resume ${id}`;
  const { next, percent, waits } = climbState(route, state) ?? {};
  if (next !== undefined)
    return `climbs by itself: at ${percent ?? 0} %, next ${next} %${waits === undefined ? '' : `; waits: ${waits}`}`;
  if (climb !== undefined && stage === 'canary' && route.percent < 100)
    return `has arrived at its ceiling of ${route.percent} %: raise percent or steps in routes.yml, or banyan promote ${id} --to lambda`;
  const frozen = climb && frozenBy(climb.freeze, climb.timeZone, now);
  return frozen && `frozen: ${frozen.text} (${climb.timeZone})`;
}
