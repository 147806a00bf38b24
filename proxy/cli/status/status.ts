import type { Db } from 'mongodb';
import { readEvidence, type RouteEvidence } from '../../ledger/evidence';
import { readTraffic, type TrafficBySide } from '../../ledger/read-traffic';
import { forcedInForce, readHistory, type Versions } from '../../history/stages';
import { counted } from '../../statistics/counted';
import { overrideOf, shareInForce, type OverrideState } from '../../overrides/state';
import { readOverrideState } from '../../overrides/store';
import { loadRouteTable } from '../../route-table/load';
import type { Route } from '../../route-table/route';
import { readFleet } from '../../fleet/fleet';
import { alignColumns } from '../align-columns';
import { climbState, describeClimb } from '../../climb/describe';
import { formatDuration } from '../duration';
import type { Rule } from '../../../shared/parity/rules';
import { oneLine, printable } from '../../../shared/printable';
import { EXIT, type CommandResult } from '../exit-codes';
import { describeProxies, describeTables } from './describe-proxies';
import { describeUnreadable, UNREADABLE_REMEDY, type UnreadableDocument } from '../../ledger/documents';
import { countedComparisons, describeShare, describeStrata } from '../../ledger/client-rules';
import { explainDrops } from '../../ledger/explain-drops';

export interface StatusParts {
  readonly routesFile: string;
  readonly s3Endpoint?: URL | undefined;
  readonly versions: Versions;
  readonly parityRules: readonly Rule[];
  readonly db: () => Promise<Db>;
  readonly now: Date;
}

const TRAFFIC_SPAN = 3_600_000;

/** Where every route stands. Exit code 1: kill switch on, a route rolled back, or a proxy that is silent or differs from the others. */
export async function showStatus({
  routesFile,
  s3Endpoint,
  versions,
  parityRules: rules,
  db: connect,
  now,
}: StatusParts): Promise<CommandResult> {
  const { routes, digest } = await loadRouteTable({ file: routesFile, s3Endpoint, lambdaAvailable: true });
  const db = await connect();
  const state = await readOverrideState(db);
  const traffic = await readTraffic(db, { since: new Date(now.getTime() - TRAFFIC_SPAN) });
  const described = [];
  const unreadable = [...traffic.unreadable];
  for (const route of routes) {
    const evidence = await readEvidence(db, { route, versions, rules, development: true, now });
    unreadable.push(...evidence.unreadable);
    described.push(await describeRoute(db, route, state, traffic.byRoute.get(route.id), evidence));
  }
  const { killSwitch, lowered } = state;
  const fleet = await readFleet(db);
  const isWhole = fleet.agree && fleet.running === fleet.expected;
  return {
    exitCode: killSwitch === undefined && lowered.size === 0 && isWhole ? EXIT.fine : EXIT.findings,
    text: `${render(described, state, now, versions)}${describeProxies(fleet)}${describeTables(fleet, digest, routesFile)}${describeLedger(unreadable)}`,
    json: {
      versions,
      killSwitch: killSwitch ?? null,
      lowered: Object.fromEntries(lowered),
      routes: described,
      unreadable,
      fleet,
      routeTable: { file: routesFile, digest },
    },
  };
}

async function describeRoute(
  db: Db,
  route: Route,
  state: OverrideState,
  traffic: TrafficBySide | undefined,
  evidence: RouteEvidence,
) {
  const { id, method, path, stage, isSafe } = route;
  const [last] = await readHistory(db, id, 1);
  const forced = await forcedInForce(db, id);
  return {
    id,
    match: `${method} ${path}`,
    stage,
    percent: stage === 'canary' ? shareInForce(state, route) : null,
    climb: climbState(route, state) ?? null,
    safe: isSafe,
    overriddenBy: (stage === 'legacy' ? undefined : overrideOf(state, id, stage)) ?? null,
    traffic: { legacy: traffic?.legacy ?? null, lambda: traffic?.lambda ?? null },
    comparisons: countedComparisons(evidence, { development: true }),
    otherVersions: evidence.otherVersions,
    drops: evidence.drops,
    noise: evidence.noise,
    dropped: explainDrops(evidence) ?? null,
    suite: evidence.suite ?? null,
    lastMismatch: evidence.mismatches[0] ?? null,
    clients: evidence.clients,
    forced: forced ?? null,
    lastChange: last ?? null,
  };
}

type Described = Awaited<ReturnType<typeof describeRoute>>;

function render(routes: readonly Described[], state: OverrideState, now: Date, { legacy, lambda }: Versions): string {
  const header = ['route', 'stage', 'legacy', 'lambda', 'errors', 'p99 ms', 'compared', 'different', 'suite'];
  const rows = routes.map(({ id, stage, percent, overriddenBy, traffic, comparisons, suite }) => [
    id,
    `${stage}${percent === null ? '' : ` ${percent} %`}${overriddenBy === null ? '' : ` (${overriddenBy})`}`,
    String(traffic.legacy?.requests ?? 0),
    String(traffic.lambda?.requests ?? 0),
    both(traffic, 'errors'),
    both(traffic, 'p99'),
    String(comparisons.count),
    String(comparisons.different),
    suite === null
      ? '-'
      : suite.different === 0
        ? `${suite.cases} equal`
        : `${suite.different} of ${suite.cases} differ`,
  ]);
  const since = ({ by, why, since: from }: { by: string; why: string; since: Date }) =>
    `${why} (${by}, ${formatDuration(now.getTime() - from.getTime())} ago)`;
  return [
    ...(state.killSwitch === undefined ? [] : [`KILL SWITCH ON: ${since(state.killSwitch)}\n\n`]),
    alignColumns([header, ...rows]),
    `\nTraffic of the last hour; errors and p99 as legacy/lambda. Comparisons and suites of legacy ${legacy} and Lambda ${lambda}.\n`,
    ...describeOthers(routes),
    ...describeDrops(routes),
    ...describeClimbs(routes, now),
    ...describeClients(routes),
    ...describeForced(routes, now),
    ...[...state.lowered].map(([id, lowering]) => `Rolled back: ${oneLine(id, 100)}: ${since(lowering)}\n`),
  ].join('');
}

/** Whoever forgot to set the versions sees none of what was gathered. */
function describeOthers(routes: readonly Described[]): string[] {
  const counts = new Map<string, number>();
  for (const { legacy, lambda, count } of routes.flatMap(({ otherVersions }) => otherVersions)) {
    const pair = printable(`legacy ${legacy} and Lambda ${lambda}`);
    counts.set(pair, (counts.get(pair) ?? 0) + count);
  }
  return [...counts].map(([pair, count]) => `Not counted: ${counted(count, 'comparison')} of ${pair}.\n`);
}

/** Who was compared, and of which strata nothing is known. */
function describeClients(routes: readonly Described[]): string[] {
  return routes.flatMap(({ id, clients }) =>
    clients.strata.length === 0
      ? []
      : [
          `${oneLine(id, 100)}: ${describeShare(clients)}; ${describeStrata(clients.strata)}\n`,
          ...clients.blocking.map(({ place }) => `    -> blocked by a reproduced mismatch at ${printable(place)}\n`),
        ],
  );
}

/** What was waived, or vouched for, stays in sight until evidence makes up for it, or the route is back on legacy. */
function describeForced(routes: readonly Described[], now: Date): string[] {
  return routes.flatMap(({ id, forced }) =>
    forced === null
      ? []
      : [
          `${forced.action === 'forced' ? 'Forced' : 'Approved by name'}: ${oneLine(id, 100)} to ${forced.to ?? ''}: ${printable(forced.why)} (${printable(forced.by)}, ${formatDuration(now.getTime() - forced.at.getTime())} ago)\n`,
        ],
  );
}

/** A route that gathers no evidence looks like one that is not asked. */
function describeDrops(routes: readonly Described[]): string[] {
  return routes.flatMap(({ id, dropped }) =>
    dropped === null
      ? []
      : [
          `${oneLine(id, 100)}: ${printable(dropped.text)}\n`,
          ...(dropped.isStuck ? [`    -> waiting does not help: ${printable(dropped.remedy)}\n`] : []),
        ],
  );
}

/** Where each route that climbs stands, and what it waits for. */
function describeClimbs(routes: readonly Described[], now: Date): string[] {
  return routes.flatMap(({ id, climb, overriddenBy }) => {
    if (climb === null) return [];
    const { steps, due, waits } = climb;
    const left = due === undefined ? 0 : due.getTime() - now.getTime();
    const what =
      overriddenBy === 'rolled-back'
        ? `on legacy; starts again at ${steps[0] ?? 0} % once it is resumed`
        : `${describeClimb(climb)}${left > 0 ? ` in ${formatDuration(left)} at the earliest` : ''}`;
    const reason =
      overriddenBy === null && waits !== undefined && left <= 0 ? `    -> waits: ${printable(waits)}\n` : '';
    return [`Climbs: ${oneLine(id, 100)}: ${what}\n${reason}`];
  });
}

/** What is left out above. */
function describeLedger(unreadable: readonly UnreadableDocument[]): string {
  return unreadable.length === 0 ? '' : `Left out: ${describeUnreadable(unreadable)}\n    -> ${UNREADABLE_REMEDY}\n`;
}

function both({ legacy, lambda }: Described['traffic'], what: 'errors' | 'p99'): string {
  const text = (value: number | undefined) =>
    value === undefined ? '-' : value === Infinity ? '>32768' : String(value);
  return `${text(legacy?.[what])}/${text(lambda?.[what])}`;
}
