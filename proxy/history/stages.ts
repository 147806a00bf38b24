import type { Collection, Db } from 'mongodb';
import { z } from 'zod';
import { STAGES, type Stage } from '../route-table/schema';

export const STAGES_COLLECTION = 'banyanStages';
/** Stands for the route id where a change concerns all of them. */
export const ALL_ROUTES = '*';

export type StageAction =
  | 'promoted'
  /** Promoted although evidence was missing. */
  | 'forced'
  /** The proxy found another stage in its route table than before. */
  | 'seen'
  /** To another share, automatically. */
  | 'climbed'
  | 'lowered'
  | 'resumed'
  | 'kill-switch-on'
  | 'kill-switch-off';

export interface StageEntry {
  /** Names the change: recording it twice makes one entry. Random when left out. */
  readonly id?: string;
  /** {@link ALL_ROUTES} for the kill switch. */
  readonly routeId: string;
  readonly action: StageAction;
  readonly from?: Stage;
  readonly to?: Stage;
  readonly percent?: number;
  readonly by: string;
  readonly why: string;
  readonly at: Date;
  readonly evidence?: Readonly<Record<string, number | string>>;
}

const text = z.string().catch('unknown');
const stage = z.enum(STAGES).optional().catch(undefined);
/** A change as stored. Every field has a fallback: what something else has written is shown as far as it can be read. */
const stageSchema = z.object({
  ...{ _id: text, routeId: text, action: text, from: stage, to: stage, by: text, why: text },
  percent: z.number().optional().catch(undefined),
  at: z.date().catch(new Date(0)),
  evidence: z
    .record(z.string(), z.union([z.number(), z.string()]))
    .optional()
    .catch(undefined),
  versions: z.object({ legacy: text, lambda: text }).catch({ legacy: 'unknown', lambda: 'unknown' }),
});
export type StageDocument = Readonly<z.infer<typeof stageSchema>>;

/** Which builds of the two sides something is about. */
export interface Versions {
  readonly legacy: string;
  readonly lambda: string;
}

const HISTORY_LENGTH = 50;

export function stages(db: Db): Collection<StageDocument & { readonly schema?: number }> {
  return db.collection(STAGES_COLLECTION);
}

/** The guard's last: what it returns has the numbers that made it do so. Throws the driver's error. */
export async function readLastBreach(db: Db): Promise<StageDocument | undefined> {
  const last = await stages(db)
    .find({ action: 'lowered', evidence: { $exists: true } })
    .sort({ at: -1, _id: -1 })
    .limit(1)
    .next();
  return last === null ? undefined : stageSchema.parse(last);
}

/** The latest changes of a route, newest first, those of the kill switch included. */
export async function readHistory(db: Db, routeId: string, limit = HISTORY_LENGTH): Promise<readonly StageDocument[]> {
  const found = await stages(db)
    .find({ routeId: { $in: [routeId, ALL_ROUTES] } })
    .sort({ at: -1, _id: -1 })
    .limit(limit)
    .toArray();
  return found.map((document) => stageSchema.parse(document));
}

/** The promotion of a route by which it is where it is, when it was forced or approved by name; undefined once another needed neither. */
export async function forcedInForce(db: Db, routeId: string): Promise<StageDocument | undefined> {
  const found = await stages(db)
    .find({ routeId, $or: [{ action: { $in: ['promoted', 'forced'] } }, { action: 'seen', to: 'legacy' }] })
    .sort({ at: -1, _id: -1 })
    .limit(1)
    .next();
  if (found === null) return undefined;
  const last = stageSchema.parse(found);
  return last.action === 'forced' || last.evidence?.['approvedBy'] !== undefined ? last : undefined;
}
