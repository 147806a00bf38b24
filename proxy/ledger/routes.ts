import type { Collection, Db } from 'mongodb';
import { isDuplicate } from '../../shared/mongo';
import type { Stage } from '../route-table/schema';
import { toBaseline, type Baseline } from '../statistics/baseline';
import { LEDGER_SCHEMA, ROUTES_COLLECTION } from './collections';
import { readTraffic, type TrafficSpan, type TrafficSummary } from './read-traffic';
import type { StageEntry } from '../history/stages';

export interface ListedRoute {
  readonly id: string;
  readonly stage: Stage;
  readonly percent: number;
}

export interface RouteDocument {
  readonly _id: string;
  /** Absent before there were versions. */
  readonly schema?: number;
  readonly stage: Stage;
  readonly percent: number;
  readonly since: Date;
  /** When it left legacy; a higher share of a canary does not change it. */
  readonly movedAt?: Date | null;
  /** Frozen when the route moved; removed when it is back on legacy. */
  readonly baseline?: Baseline | null;
  readonly frozenAt?: Date | null;
}

const DAY = 86_400_000;

export function routes(db: Db): Collection<RouteDocument> {
  return db.collection<RouteDocument>(ROUTES_COLLECTION);
}

/** Whether Lambda answers clients on this stage. */
export function isMoved(stage: string): boolean {
  return stage !== 'legacy' && stage !== 'shadow';
}

/** Notes which stages a proxy serves and returns what changed; of several proxies with the same new table one notes it. */
export async function noteStages(db: Db, listed: readonly ListedRoute[], at: Date): Promise<readonly StageEntry[]> {
  const known = new Map((await routes(db).find().toArray()).map((document) => [document._id, document]));
  const changes: StageEntry[] = [];
  for (const route of listed) {
    const before = known.get(route.id);
    const percent = route.stage === 'canary' ? route.percent : 0;
    if (before?.stage === route.stage && before.percent === percent) continue;
    if (!(await replaceStage(db, route, percent, before, at))) continue;
    changes.push({
      routeId: route.id,
      action: 'seen',
      ...(before !== undefined && { from: before.stage }),
      to: route.stage,
      ...(route.stage === 'canary' && { percent }),
      by: 'route table',
      why: before === undefined ? 'listed for the first time' : 'the file has changed',
      at,
    });
  }
  return changes;
}

/** @returns false when another proxy was faster */
async function replaceStage(
  db: Db,
  { id, stage }: ListedRoute,
  percent: number,
  before: RouteDocument | undefined,
  at: Date,
): Promise<boolean> {
  const wasMoved = before !== undefined && isMoved(before.stage);
  const frozen = !isMoved(stage) ? { movedAt: null, baseline: null, frozenAt: null } : wasMoved ? {} : { movedAt: at };
  if (before !== undefined) {
    const { modifiedCount } = await routes(db).updateOne(
      { _id: id, stage: before.stage, percent: before.percent },
      { $set: { stage, percent, since: at, ...frozen }, $max: { schema: LEDGER_SCHEMA } },
    );
    return modifiedCount === 1;
  }
  try {
    await routes(db).insertOne({
      ...{ _id: id, schema: LEDGER_SCHEMA, stage, percent, since: at },
      ...(isMoved(stage) && { movedAt: at }),
    });
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/**
 * The baseline of a moved route: how legacy answered in the day before the move. The first proxy that asks after the
 * move freezes it; later ones get the same. A route that had too little traffic until then gets what legacy answers on
 * after it, to those who were not moved.
 * @returns undefined while legacy has answered too little
 */
export async function frozenBaseline(db: Db, routeId: string, now: Date): Promise<Baseline | undefined> {
  const known = await routes(db).findOne({ _id: routeId });
  if (known?.baseline) return known.baseline;
  const moved = known?.movedAt instanceof Date ? known.movedAt : now;
  const before = await legacyTraffic(db, routeId, { since: new Date(moved.getTime() - DAY), until: moved });
  const baseline =
    toBaseline(before) ?? toBaseline(await legacyTraffic(db, routeId, { since: new Date(now.getTime() - DAY) }));
  if (baseline === undefined) return undefined;
  await routes(db).updateOne({ _id: routeId, baseline: null }, { $set: { baseline, frozenAt: now } });
  return (await routes(db).findOne({ _id: routeId }))?.baseline ?? baseline;
}

async function legacyTraffic(db: Db, routeId: string, span: TrafficSpan): Promise<TrafficSummary | undefined> {
  return (await readTraffic(db, span, routeId)).byRoute.get(routeId)?.legacy;
}
