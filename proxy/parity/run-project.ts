import type { ParityRun } from '../../shared/parity/result';
import type { DatabaseKind } from '../ledger/collections';
import { prepareSides } from './environment';
import { planRun } from './plan-run';
import type { Project, RunFlags } from './project';
import type { Progress } from './report';
import { runCases } from './run';
import { worldCases } from './world';

/** For each route that reads. */
const ODD_EACH = 6;

export interface RunWith {
  readonly now: () => Date;
  /** @param cases how many will be sent */
  readonly startProgress: (cases: number) => Progress;
}

/** Runs the suites or replays a recording; `database` is undefined for sides that ran already. Throws BanyanError for bad options or a dead side. */
export async function runProject(
  project: Project,
  flags: RunFlags,
  { now, startProgress }: RunWith,
): Promise<{ readonly run: ParityRun; readonly database: DatabaseKind | undefined }> {
  const { suites, routes, rules } = project;
  const { cases: planned, ...rest } = planRun(flags, project);
  const chosen = suites.filter(({ route }) => project.chosen?.has(route) ?? true);
  const { har, generate, seed = 1 } = flags;
  // A quarter as many as there are generated cases, and a few without.
  const each = Math.max(ODD_EACH, Math.ceil(generate / 4 / chosen.length));
  const ready = await prepareSides(
    { ...project.sides, ...(har === undefined && { oddDocuments: { suites: chosen, each, seed } }) },
    suites,
  );
  const world = har === undefined ? [...worldCases(chosen, ready.world ?? new Map()), ...(ready.odd ?? [])] : [];
  const cases = [...planned, ...world];
  const progress = startProgress(cases.length);
  try {
    const run = await runCases(cases, {
      context: ready.context,
      sides: ready.sides,
      rules,
      routes,
      now,
      ...rest,
      onResult: ({ verdict }, route) => progress.caseDone(route, verdict),
    });
    return { run, database: ready.database };
  } finally {
    progress.finish();
    await ready.close();
  }
}
