import type { ParityRun, WorldCoverage } from '../../shared/parity/result';
import type { DatabaseKind } from '../ledger/collections';
import { prepareSides, type ReadySides } from './environment';
import { planRun } from './plan-run';
import type { Project, RunFlags } from './project';
import type { Progress } from './report';
import { runCases, type PlannedCase } from './run';
import { PAIRS_EACH, worldCases } from './world-cases';

/** For each route. */
const ODD_EACH = 6;

export interface RunWith {
  readonly now: () => Date;
  /** @param cases how many will be sent */
  readonly startProgress: (cases: number) => Progress;
}

/** Gets the sides ready; `more`: cases that come of their data, of odd sessions and documents. A recording has none. */
export async function prepareProject(
  project: Project,
  { har, generate, seed = 1 }: RunFlags,
): Promise<{ readonly ready: ReadySides; readonly more: readonly PlannedCase[]; readonly coverage?: WorldCoverage }> {
  const { sides, suites, chosen: routes } = project;
  if (har !== undefined) return { ready: await prepareSides(sides, suites), more: [] };
  const chosen = suites.filter(({ route }) => routes?.has(route) ?? true);
  // A quarter and a half as many as there are generated cases, and a few without.
  const atLeast = (some: number, share: number): number =>
    Math.max(some, Math.ceil((generate * share) / chosen.length));
  const ready = await prepareSides(
    { ...sides, oddDocuments: { suites: chosen, each: atLeast(ODD_EACH, 1 / 2), seed } },
    suites,
  );
  const { world, odd } = ready;
  if (world === undefined || odd === undefined) return { ready, more: [] };
  const credentials = worldCases(chosen, world, { seed, pairs: atLeast(PAIRS_EACH, 1 / 4) });
  const tried = (cases: readonly PlannedCase[], known: number) => ({
    ...{ tried: cases.length, known },
    routes: new Set(cases.map(({ route }) => route)).size,
  });
  const coverage = {
    credentials: tried(credentials, worldCases(chosen, world, { seed, pairs: Infinity }).length),
    documents: tried(odd.cases, odd.known),
  };
  return { ready, more: [...credentials, ...odd.cases], coverage };
}

/** Runs the suites or replays a recording; `database` is undefined for sides that ran already. Throws BanyanError for bad options or a dead side. */
export async function runProject(
  project: Project,
  flags: RunFlags,
  { now, startProgress }: RunWith,
): Promise<{ readonly run: ParityRun; readonly database: DatabaseKind | undefined }> {
  const { routes, rules } = project;
  const { cases: planned, ...rest } = planRun(flags, project);
  const { ready, more, coverage } = await prepareProject(project, flags);
  const cases = [...planned, ...more];
  const progress = startProgress(cases.length);
  try {
    const run = await runCases(cases, {
      context: ready.context,
      sides: ready.sides,
      rules,
      routes,
      now,
      ...rest,
      notRun: [...(rest.notRun ?? []), ...(ready.notRun ?? [])],
      ...(coverage && { seed: flags.seed ?? 1, worldCoverage: coverage }),
      onResult: ({ verdict }, route) => progress.caseDone(route, verdict),
    });
    return { run, database: ready.database };
  } finally {
    progress.finish();
    await ready.close();
  }
}
