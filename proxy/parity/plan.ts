import { identitiesOf, type CaseSuite, type SourcedCase } from '../../shared/parity/case';
import { BanyanError } from '../../shared/errors';
import type { GeneratedCoverage } from '../../shared/parity/result';
import { generateCases, type RecordedRequest } from './generate/generate';
import type { PlannedCase } from './run';

export interface PlanOptions {
  /** Names of the routes; all when absent. */
  readonly chosen?: ReadonlySet<string> | undefined;
  readonly generate: number;
  readonly seed: number;
  readonly identities: readonly string[];
  /** Requests whose values generated cases try, too. */
  readonly recorded?: readonly RecordedRequest[];
  readonly isolated: boolean;
}

export interface PlannedSuites {
  readonly cases: readonly PlannedCase[];
  /** Where cases were generated. */
  readonly generated?: GeneratedCoverage;
}

/** The cases of the suites, each route's generated ones after its own. Throws BanyanError for a route that has no suite. */
export function planCases(suites: readonly CaseSuite[], options: PlanOptions): PlannedSuites {
  const { chosen: routes, isolated } = options;
  const missing = [...(routes ?? [])].filter((name) => !suites.some(({ route }) => route === name));
  if (missing.length > 0 || suites.length === 0)
    throw new BanyanError(
      `--route ${missing.join(', ')}: no suite has this route; expected one of ${suites.map(({ route }) => route).join(', ')}`,
      { code: 'unknown_route' },
    );
  const chosen = suites.filter(({ route }) => routes === undefined || routes.has(route));
  const known = chosen.flatMap((suite) => casesOf(suite, { isolated }));
  const contracts = new Map(
    chosen.flatMap(({ route, contract }) => (contract === undefined ? [] : [[route, contract] as const])),
  );
  const { generate: count, seed, identities, recorded = [] } = options;
  if (count === 0) return { cases: known };
  const { cases, coverage } = generateCases(
    known.filter(({ skip }) => skip === undefined),
    { count, seed, identities, contracts, recorded, writes: isolated },
  );
  return {
    cases: chosen.flatMap(({ route }) => [...known, ...cases].filter((one) => one.route === route)),
    generated: coverage,
  };
}

/** Every case of a suite, as every identity that it is for. */
export function casesOf(
  { route, cases, prepare }: CaseSuite,
  { isolated }: { readonly isolated: boolean },
): readonly PlannedCase[] {
  // Its data can only be written where it has no other users.
  const skip = prepare !== undefined && !isolated ? NEEDS_DATA : undefined;
  return cases.flatMap((parityCase) =>
    identitiesOf(parityCase).map((identity): PlannedCase => {
      const sourced: SourcedCase = { source: 'suite', route, identity, parityCase };
      return skip === undefined ? sourced : { ...sourced, skip };
    }),
  );
}

const NEEDS_DATA = `needs data that only a run with --isolated writes`;
