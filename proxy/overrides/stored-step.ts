import { z } from 'zod';
import { oneLine } from '../../shared/printable';
import type { Step } from './state';

const MAX_WAITS = 500;
const count = z.number().nonnegative();

/** A step in the document of its route, and in a snapshot. What a newer version adds stays where it is. */
const stepSchema = z.object({
  percent: z.number().min(0).max(100),
  changes: z.int().positive(),
  since: z.coerce.date(),
  before: z.object({ answered: count, failed: count, builds: z.string().max(500).optional().catch(undefined) }),
  waits: z
    .string()
    .optional()
    .catch(undefined)
    .transform((text) => (text === undefined ? undefined : boundedWait(text))),
});

/**
 * A step as MongoDB keeps it. It counts only for the state of the override it was made in (`of`, the number of its changes): every roll
 * back and every resume ends it, by whatever version. Pure.
 */
export function readStep(climb: unknown, revision: unknown): Step | undefined {
  const parsed = stepSchema.extend({ of: z.int() }).safeParse(climb);
  if (!parsed.success || parsed.data.of !== revision) return undefined;
  const { percent, changes, since, before, waits } = parsed.data;
  return { percent, changes, since, before, waits };
}

/** As text: one line, bounded. */
export function boundedWait(text: string): string {
  return oneLine(text, MAX_WAITS);
}

/** Steps for the snapshot; with its time, because an older version writes back what it does not know. */
export function storedSteps(steps: ReadonlyMap<string, Step>, at: Date | undefined): object {
  return { at: at?.toISOString(), byRoute: Object.fromEntries(steps) };
}

/** None when they are of another time than the snapshot: routes that climb then wait on legacy for MongoDB. */
export function readStoredSteps(value: unknown, at: unknown): ReadonlyMap<string, Step> {
  const parsed = z.object({ at: z.literal(String(at)), byRoute: z.record(z.string(), stepSchema) }).safeParse(value);
  return new Map(
    parsed.success
      ? Object.entries(parsed.data.byRoute).map(([id, { waits, ...step }]) => [id, { ...step, waits }])
      : [],
  );
}
