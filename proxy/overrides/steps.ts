import type { Db } from 'mongodb';
import { isDuplicate } from '../../shared/mongo';
import type { Step } from './state';
import { overrides, routeOverrideId, SCHEMA } from './store';
import { boundedWait, readStep } from './stored-step';

/** Says which step a decision was about: the number of its change; 0: the route had not begun. */
export type StepBefore = number;

/**
 * Moves a route to another share, unless it was moved or rolled back meanwhile: of several proxies that decide the same, one does it.
 * Throws the driver's error.
 *
 * @returns what names the change in the history; undefined when another was faster
 */
export async function storeStep(
  db: Db,
  routeId: string,
  next: Pick<Step, 'percent' | 'before'>,
  expected: StepBefore,
): Promise<string | undefined> {
  const _id = routeOverrideId(routeId);
  const document = await overrides(db).findOne({ _id });
  const revision = document?.revision ?? 0;
  const changes = readStep(document?.climb, revision)?.changes ?? 0;
  // A revision that was edited by hand holds no step; kill switch and roll backs repair it.
  if (changes !== expected || !Number.isSafeInteger(revision)) return undefined;
  const { percent, before } = next;
  try {
    const { matchedCount, upsertedCount } = await overrides(db).updateOne(
      // What `findOne` has seen, so that nothing has happened since. Without a document the filter makes one.
      { _id, active: null, revision, 'climb.changes': storedChanges(document?.climb) },
      {
        $set: {
          'climb.percent': percent,
          'climb.before': before,
          'climb.of': revision,
          'climb.changes': changes + 1,
        },
        $unset: { 'climb.waits': '' },
        $currentDate: { 'climb.since': true },
        $max: { schema: SCHEMA },
      },
      { upsert: document === null },
    );
    return matchedCount + upsertedCount === 1 ? `climb:${_id}:${revision}:${changes + 1}` : undefined;
  } catch (error) {
    if (isDuplicate(error)) return undefined;
    throw error;
  }
}

/** Says why a route waits, unless it has moved on. Throws the driver's error. */
export async function noteWait(db: Db, routeId: string, waits: string, expected: StepBefore): Promise<void> {
  await overrides(db).updateOne(
    { _id: routeOverrideId(routeId), active: null, 'climb.changes': expected },
    { $set: { 'climb.waits': boundedWait(waits) } },
  );
}

/** Ends the step of a route that no longer climbs, so that it starts again if it ever does. Throws the driver's error. */
export async function forgetStep(db: Db, routeId: string): Promise<void> {
  await overrides(db).updateOne({ _id: routeOverrideId(routeId) }, { $unset: { climb: '' } });
}

/** As it stands there, valid or ended. */
function storedChanges(climb: unknown): number | { readonly $exists: false } {
  const isStored = typeof climb === 'object' && climb !== null && 'changes' in climb;
  return isStored && typeof climb.changes === 'number' ? climb.changes : { $exists: false };
}
