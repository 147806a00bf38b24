import type { Change, OverrideState } from './state';

/** Who switched something off, as far as it is known. */
export interface Cleared {
  readonly killSwitch: Change | undefined;
  readonly routes: ReadonlyMap<string, Change>;
}

/** What is different between two states, one sentence each: route, direction, who and why. Pure. */
export function describeChanges(before: OverrideState, after: OverrideState, cleared: Cleared): readonly string[] {
  const by = (change: Change | undefined): string => (change === undefined ? '' : `, by ${change.by}: ${change.why}`);
  const changes: string[] = [];
  if (after.killSwitch !== undefined && before.killSwitch === undefined)
    changes.push(`kill switch on, listed routes on legacy${by(after.killSwitch)}`);
  if (after.killSwitch === undefined && before.killSwitch !== undefined)
    changes.push(`kill switch off, back to the route table${by(cleared.killSwitch)}`);
  for (const [id, lowering] of after.lowered)
    if (!before.lowered.has(id)) changes.push(`${id} rolled back to legacy${by(lowering)}`);
  for (const id of before.lowered.keys())
    if (!after.lowered.has(id)) changes.push(`${id} resumed, back to the route table${by(cleared.routes.get(id))}`);
  if (after.known && !before.known) changes.push('read from MongoDB again');
  return changes;
}

/** How shares of routes that climb differ: `list-events: 5 % -> 25 %`. Pure. */
export function describeSteps(before: OverrideState, after: OverrideState): readonly string[] {
  const shareOf = ({ steps }: OverrideState, id: string): number => steps.get(id)?.percent ?? 0;
  return [...new Set([...before.steps.keys(), ...after.steps.keys()])]
    .filter((id) => shareOf(before, id) !== shareOf(after, id))
    .map((id) => `${id}: ${shareOf(before, id)} % -> ${shareOf(after, id)} %`);
}
