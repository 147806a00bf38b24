import type { Db } from 'mongodb';
import { readHistory, type StageDocument } from '../history/stages';
import { readEvidence, type EvidenceAbout } from '../ledger/evidence';
import { evidenceObstacles } from '../ledger/obstacles';
import type { EvidenceRules } from '../ledger/promotion-rules';
import type { Route } from '../route-table/route';
import { counted } from '../statistics/counted';

const DAY_MS = 86_400_000;

export interface DoneRules extends EvidenceRules {
  /** How long a route must have been where it is. */
  readonly minDays: number;
}

/** What is missing until routes on lambda and retired are done: time on their stage without a roll back, and what retiring would ask for. */
export async function readMissing(
  db: Db,
  routes: readonly Route[],
  about: Omit<EvidenceAbout, 'route' | 'development'>,
  rules: DoneRules,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const missing = new Map<string, readonly string[]>();
  for (const route of routes) {
    if (route.stage !== 'lambda' && route.stage !== 'retired') continue;
    const age = missingAge(route, await readHistory(db, route.id), rules.minDays, about.now);
    const evidence =
      route.stage === 'lambda'
        ? await readEvidence(db, { ...about, route, development: rules.development })
        : undefined;
    const obstacles = evidence
      ? evidenceObstacles(route, { stage: 'retired', percent: undefined }, evidence, rules)
      : [];
    const all = [...age, ...obstacles.map(({ text }) => text)];
    if (all.length > 0) missing.set(route.id, all);
  }
  return missing;
}

/** @param history newest first. Pure. */
export function missingAge(
  { stage }: Pick<Route, 'stage'>,
  history: readonly Pick<StageDocument, 'action' | 'to' | 'at'>[],
  minDays: number,
  now: Date,
): string[] {
  const arrived = history.find(({ action, to }) => to === stage && ARRIVALS.has(action));
  if (arrived === undefined) return [`the ledger does not record when it moved to ${stage}`];
  const disturbed = history.find(({ action }) => !ARRIVALS.has(action));
  const since = Math.max(arrived.at.getTime(), disturbed?.at.getTime() ?? 0);
  const days = Math.max(0, Math.floor((now.getTime() - since) / DAY_MS));
  return days >= minDays ? [] : [`undisturbed on ${stage} for ${counted(days, 'day')} of ${minDays}`];
}

const ARRIVALS: ReadonlySet<string> = new Set(['promoted', 'forced', 'seen']);
