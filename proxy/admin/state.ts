import { climbState } from '../climb/describe';
import { evidenceObstacles, needsEvidence, overrideObstacles } from '../ledger/obstacles';
import { DEFAULT_RULES, type Obstacle } from '../ledger/promotion-rules';
import type { RouteEvidence } from '../ledger/evidence';
import type { Ledger } from '../ledger/ledger';
import { SPAN, SPANS, type LiveStats } from '../metrics/live-stats';
import { overrideOf, shareInForce, type OverrideState } from '../overrides/state';
import type { RouteTable } from '../route-table/load';
import type { Route } from '../route-table/route';
import { STAGES, type Stage } from '../route-table/schema';
import { nextStep } from '../climb/next-step';

export interface StateParts {
  readonly table: () => RouteTable;
  readonly overrides: () => OverrideState;
  readonly stats: LiveStats;
  readonly ledger: Ledger | undefined;
  readonly versions: { readonly legacy: string; readonly lambda: string };
  readonly startedAt: Date;
}

/** Charts for this many routes at most, the busiest: the rest are read one by one. */
const MAX_CHARTS = 50;

/** Everything that the dashboard shows at a glance. */
export function describeState({ table, overrides, stats, ledger, versions, startedAt }: StateParts) {
  const state = overrides();
  const { routes } = table();
  const busiest = new Set(
    routes
      .map((route) => ({ route, ...stats.summary(route.id).answered }))
      .filter(({ legacy, lambda }) => legacy + lambda > 0)
      .sort((a, b) => b.legacy + b.lambda - (a.legacy + a.lambda))
      .slice(0, MAX_CHARTS)
      .map(({ route }) => route),
  );
  return {
    now: Date.now(),
    startedAt: startedAt.getTime(),
    versions,
    ledger: ledger !== undefined,
    known: state.known,
    killSwitch: state.killSwitch ?? null,
    unlisted: stats.unlistedTotal,
    stages: stagesInForce(routes, state),
    span: SPAN,
    spans: SPANS,
    routes: routes.map((route) => describeRoute(route, state, { stats, hasChart: busiest.has(route) })),
  };
}

/** How many routes are on each stage as requests find them: one that an override has returned is on legacy, whatever the table says. */
function stagesInForce(routes: readonly Route[], state: OverrideState): Readonly<Record<Stage, number>> {
  const counts = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  for (const { id, stage } of routes) counts[overrideOf(state, id, stage) === undefined ? stage : 'legacy'] += 1;
  return counts;
}

function describeRoute(
  route: Route,
  state: OverrideState,
  { stats, hasChart }: { readonly stats: LiveStats; readonly hasChart: boolean },
) {
  const { id, method, path, stage, line } = route;
  const reason = stage === 'legacy' ? undefined : overrideOf(state, id, stage);
  return {
    id,
    match: `${method} ${path}`,
    stage,
    percent: stage === 'canary' ? shareInForce(state, route) : null,
    climb: climbState(route, state) ?? null,
    line,
    overriddenBy: reason ?? null,
    override: state.lowered.get(id) ?? null,
    // A route that was just returned is not moved on.
    next: (state.lowered.has(id) ? undefined : nextStep(route, state)) ?? null,
    ...stats.summary(id),
    ...(hasChart && { series: stats.series(id) }),
  };
}

/** One route in depth; undefined when not listed. What the ledger knows is null without one, or while it cannot be read. */
export async function describeOne(routeId: string, parts: StateParts) {
  const { table, stats, ledger, overrides } = parts;
  const route = table().routes.find(({ id }) => id === routeId);
  if (route === undefined) return undefined;
  const [history, evidence] = await Promise.all([
    ledger?.history(routeId).catch(() => null) ?? null,
    ledger?.routeEvidence(route).catch(() => null) ?? null,
  ]);
  return {
    id: routeId,
    charts: stats.charts(routeId),
    history,
    evidence,
    lacking: lackingFor(route, evidence, overrides()),
  };
}

/** By the same rules as `banyan promote`, outside development. */
function lackingFor(
  route: Route,
  evidence: RouteEvidence | null,
  overrides: OverrideState,
): readonly Obstacle[] | null {
  const next = nextStep(route, overrides);
  if (next === undefined || evidence === null) return null;
  const target = { stage: next.to, percent: next.percent };
  return [
    ...overrideObstacles(overrides, route.id),
    ...(needsEvidence(target) ? evidenceObstacles(route, target, evidence, DEFAULT_RULES) : []),
  ];
}
