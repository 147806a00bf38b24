import type { OverrideState } from '../overrides/state';
import { overrideOf } from '../overrides/state';
import type { Route } from '../route-table/route';

/** Where a front without the proxy sends what a route takes. `banyan`: to the proxy, which goes on deciding. */
export type Destination = 'legacy' | 'banyan' | 'lambda';

export interface ExportedRoute {
  readonly route: Route;
  readonly to: Destination;
  /** Why a route that is done stays behind the proxy all the same. */
  readonly refusedBecause: readonly string[];
}

/** What the proxy absorbs, a front cannot, and a client may notice: accepted by name. */
export const TRAPS = {
  'write-without-fallback':
    'a write is answered with 502 when API Gateway cannot be reached; the proxy sends to legacy what was never sent',
  'raw-query':
    'a query with | { } ; < > " ^ ` \\ or non-ASCII reaches API Gateway as sent, which refuses or splits it; the proxy encodes it',
} as const;
export type Trap = keyof typeof TRAPS;

export interface ExportFacts {
  readonly overrides: OverrideState;
  readonly accepted: ReadonlySet<Trap>;
  /** What is missing until a route is done, by id; a route without an entry has all. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
}

/** Decides for each route, in the table's order. Pure. */
export function decideExport(routes: readonly Route[], facts: ExportFacts): readonly ExportedRoute[] {
  return routes.map((route, position) => {
    if (route.stage === 'legacy') return { route, to: 'legacy', refusedBecause: [] };
    if (route.stage === 'shadow' || route.stage === 'canary') return { route, to: 'banyan', refusedBecause: [] };
    const refusedBecause = reasonsAgainst(route, routes.slice(0, position), facts);
    return { route, to: refusedBecause.length === 0 ? 'lambda' : 'banyan', refusedBecause };
  });
}

function reasonsAgainst(route: Route, earlier: readonly Route[], facts: ExportFacts): string[] {
  const { id, stage, method } = route;
  const override = overrideOf(facts.overrides, id, stage);
  const taker = earlier.find((other) => other.method === method && mayTakeRequestsOf(other, route));
  const traps = trapsOf(route).filter((trap) => !facts.accepted.has(trap));
  return [
    ...(override === undefined ? [] : [OVERRIDDEN[override]]),
    ...(route.recordSample > 0 ? ['is recorded, which only the proxy can do; remove `record`'] : []),
    ...route.unless.flatMap((condition) =>
      'header' in condition && !/^[a-z0-9-]+$/i.test(condition.header)
        ? [`\`unless\` names the header ${condition.header}, which nginx has no variable for`]
        : [],
    ),
    ...(taker === undefined
      ? []
      : [`${taker.id} comes first and may take its requests; its path is a pattern, which is not exported`]),
    ...traps.map((trap) => `--accept ${trap}: ${TRAPS[trap]}`),
    ...(facts.missing.get(id) ?? []),
  ];
}

const OVERRIDDEN = {
  'kill-switch': 'the kill switch is on',
  'rolled-back': 'is rolled back; banyan resume, or move it to legacy in routes.yml',
  'overrides-unknown': 'MongoDB cannot say whether it is rolled back',
} as const;

function trapsOf({ stage, isSafe, fallbackStatuses }: Route): Trap[] {
  if (stage === 'retired') return ['raw-query'];
  return !isSafe && fallbackStatuses !== undefined ? ['write-without-fallback'] : [];
}

/** Whether a path with a pattern (optional part, regular expression, wildcard) may match what another matches, by the plain segments that both begin with. */
function mayTakeRequestsOf(pattern: Route, { segments = [] }: Route): boolean {
  if (pattern.segments !== undefined) return false;
  for (const [place, text] of pattern.path.split('/').slice(1).entries()) {
    if (!/^[\w\-.~!&',;=@%]+$/.test(text)) return true;
    const segment = segments[place];
    if (segment === undefined) return false;
    if (segment.kind === 'static' && segment.text.toLowerCase() !== text.toLowerCase()) return false;
  }
  return true;
}
