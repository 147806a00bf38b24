import { BanyanError } from '../../../shared/errors';
import { seededRandom } from '../generate/random';
import { isFor, reasonOf, type Declared } from './declared';
import { isWithin, type Mutant } from './instrument';
import type { CaseName, Covered, Listed, WorkerOptions } from './messages';
import { orderCases } from './order-cases';
import { startPooledWorker, type PooledWorker } from './pool';

export interface MutateOptions {
  readonly worker: WorkerOptions;
  readonly seed: number;
  /** How many mutants are judged; all when there are fewer. */
  readonly sample: number;
  /** No further mutant is begun after this, on the clock of `performance.now()`. */
  readonly until: number;
  readonly jobs: number;
  /** Cases sent to one mutant at most, those first that are likely to catch it. */
  readonly casesPerMutant: number;
  readonly declared: readonly Declared[];
  /** When aborted, the result is what has been judged until then. */
  readonly interrupted: AbortSignal;
  readonly onProgress: (what: 'cases' | 'mutants', done: number, total: number, alive: number) => void;
}

export type MutantVerdict = 'caught' | 'timed out' | 'survived' | 'not reached' | 'not judged';

/** A mutant, and whether the cases see it. */
export interface MutantResult extends Mutant {
  readonly verdict: MutantVerdict;
  /** How many cases reach it, and on which routes. */
  readonly reachedBy: number;
  readonly routes: readonly string[];
  /** How many cases were sent. */
  readonly tried: number;
  readonly caughtBy?: CaseName;
  /** The first difference. */
  readonly sign?: string;
  /** Why no client can see it, if it is declared. */
  readonly declared?: string;
}

/** What a run of `parity mutate` found. */
export interface MutationRun {
  readonly seed: number;
  readonly cases: number;
  readonly functions: readonly string[];
  /** Functions whose mutants are left out, since no case calls them. */
  readonly uncalled: readonly string[];
  /** Number of mutants in the files of called functions; the results are a sample of them. */
  readonly population: number;
  readonly results: readonly MutantResult[];
  /** Executions with no mutant active, after the judging, and the false alarms among them. */
  readonly control: { readonly executions: number; readonly alarms: readonly string[] };
  /** Cases that are left out because they differ even without a mutant. */
  readonly leftOut: readonly string[];
  /** Declarations that match none of the mutants. */
  readonly unmatched: readonly Declared[];
  readonly wasInterrupted: boolean;
}

const COVERED_AT_ONCE = 20;
/** How many cases each worker sends again at the end, if there is time. */
const CONTROLS = 100;

/** Runs the cases against one mutant at a time, in processes that each have both sides to themselves. Throws BanyanError when these cannot be started. */
export async function mutate(options: MutateOptions): Promise<MutationRun> {
  const workers: PooledWorker[] = [];
  try {
    const starting = Array.from({ length: options.jobs }, async () =>
      workers.push(await startPooledWorker(options.worker, options.interrupted)),
    );
    const started = await Promise.allSettled(starting);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    return await run(options, workers);
  } catch (error) {
    if (!options.interrupted.aborted) throw error;
    throw new BanyanError('interrupted before any mutant was judged', { code: 'interrupted', cause: error });
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

async function run(options: MutateOptions, workers: readonly PooledWorker[]): Promise<MutationRun> {
  const { seed, sample, until, casesPerMutant, declared, interrupted, onProgress } = options;
  const [first] = workers;
  if (first === undefined) throw new RangeError('there is no worker');
  const names = first.cases;
  if (workers.some(({ cases }) => cases.length !== names.length))
    throw new BanyanError('the workers do not have the same cases; cases must not depend on time or chance', {
      code: 'cases_differ',
    });
  const random = seededRandom(seed);

  const all = await coverAll(workers, names.length, onProgress);
  const covered = all.filter(({ alarm }) => alarm === undefined);
  const leftOut = all.flatMap(({ index, alarm }) => (alarm === undefined ? [] : [`${nameOf(names[index])}: ${alarm}`]));
  const lists = await Promise.all(workers.map((worker) => worker.ask({ kind: 'list' }, 'listed')));
  const listed = lists.find(({ mutants }) => mutants.length > 0);
  if (listed === undefined)
    throw new BanyanError(
      'no mutant could be made: functions must be bundled by esbuild (plugin serverless-esbuild in serverless.yml), and --files must name some of their files',
      { code: 'nothing_mutated' },
    );
  const loaded = new Set(lists.flatMap((list) => list.loaded));

  const called = new Set(covered.flatMap(({ functions }) => functions));
  const files = new Set([...called].flatMap((name) => listed.files[name] ?? []));
  const population = listed.mutants.filter(({ file }) => files.has(file));
  const chosen = random.shuffle(population).slice(0, sample);
  const reach = new Reach(covered, listed, loaded);

  const results: MutantResult[] = [];
  const queue = [...chosen];
  const caughtIn = new Map<string, Map<number, number>>();
  const done = (result: MutantResult): void => {
    results.push(result);
    const alive = results.filter(({ verdict, declared: reason }) => isAlive(verdict) && reason === undefined).length;
    onProgress('mutants', results.length, chosen.length, alive);
  };
  await Promise.all(
    workers.map(async (worker) => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const reached = reach.of(mutant);
        const routes = [...new Set(reached.flatMap(({ index }) => names[index]?.route ?? []))];
        const reason = reasonOf(declared, mutant);
        const common = {
          ...{ ...mutant, reachedBy: reached.length, routes, tried: 0 },
          ...(reason !== undefined && { declared: reason }),
        };
        if (reached.length === 0) done({ ...common, verdict: 'not reached' });
        else if (interrupted.aborted || performance.now() > until) done({ ...common, verdict: 'not judged' });
        else {
          const counts = caughtIn.get(mutant.file) ?? new Map<number, number>();
          caughtIn.set(mutant.file, counts);
          const known = reached.map((one) => ({ ...one, caught: counts.get(one.index) ?? 0 }));
          const cases = orderCases(known, { most: casesPerMutant });
          const judged = await worker
            .ask({ kind: 'judge', mutant: mutant.id, cases }, 'judged')
            .catch(unlessAborted(interrupted));
          if (judged === undefined) {
            done({ ...common, verdict: 'not judged' });
            continue;
          }
          const { by, sign, tried, isTimeout } = judged;
          if (by !== undefined) counts.set(by, (counts.get(by) ?? 0) + 1);
          const caughtBy = by === undefined ? undefined : names[by];
          done({
            ...common,
            ...{ verdict: by === undefined ? 'survived' : isTimeout === true ? 'timed out' : 'caught', tried },
            ...(caughtBy !== undefined && { caughtBy }),
            ...(sign !== undefined && { sign }),
          });
        }
      }
    }),
  );

  const again = await Promise.all(
    workers.map(async (worker) => {
      const sent: Covered[] = [];
      const left = random.shuffle(covered.map(({ index }) => index)).slice(0, CONTROLS);
      while (!interrupted.aborted && left.length > 0 && (sent.length === 0 || performance.now() < until)) {
        const asked = worker.ask({ kind: 'cover', cases: left.splice(0, COVERED_AT_ONCE) }, 'covered');
        sent.push(...((await asked.catch(unlessAborted(interrupted)))?.covered ?? []));
      }
      return sent;
    }),
  );
  const executions = again.flat();
  const alarms = executions.flatMap(({ index, alarm }) =>
    alarm === undefined ? [] : [`${nameOf(names[index])}: ${alarm}`],
  );
  const inOrder = new Map(chosen.map(({ id }, at) => [id, at]));
  return {
    ...{ seed, cases: covered.length, population: population.length, leftOut },
    functions: [...called].sort(),
    uncalled: Object.keys(listed.files)
      .filter((name) => !called.has(name))
      .sort(),
    results: results.sort((a, b) => (inOrder.get(a.id) ?? 0) - (inOrder.get(b.id) ?? 0)),
    control: { executions: executions.length, alarms },
    unmatched: declared.filter(
      (one) => isWithin(one.file, options.worker.files) && !listed.mutants.some((mutant) => isFor(one, mutant)),
    ),
    wasInterrupted: interrupted.aborted,
  };
}

/** Ignores the failed order of a worker that was closed by an interrupt. */
const unlessAborted =
  (interrupted: AbortSignal) =>
  (error: unknown): undefined => {
    if (!interrupted.aborted) throw error;
  };

/** Whether no case has noticed the mutant. */
export const isAlive = (verdict: MutantVerdict): boolean => verdict === 'survived' || verdict === 'not reached';

async function coverAll(
  workers: readonly PooledWorker[],
  count: number,
  onProgress: MutateOptions['onProgress'],
): Promise<readonly Covered[]> {
  const all: Covered[] = [];
  let next = 0;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < count) {
        const cases = Array.from({ length: Math.min(COVERED_AT_ONCE, count - next) }, (_, i) => next + i);
        next += cases.length;
        const { covered } = await worker.ask({ kind: 'cover', cases }, 'covered');
        all.push(...covered);
        onProgress('cases', all.length, count, 0);
      }
    }),
  );
  return all.sort((a, b) => a.index - b.index);
}

/** Which cases reach which mutant. */
class Reach {
  private readonly byMutant = new Map<string, { index: number; signature: string }[]>();
  private readonly byFile = new Map<string, { index: number; signature: string }[]>();

  constructor(
    covered: readonly Covered[],
    { files }: Listed,
    private readonly loaded: ReadonlySet<string>,
  ) {
    for (const { index, functions, mutants } of covered) {
      const one = { index, signature: [...functions, ...mutants].sort().join() };
      for (const id of mutants) add(this.byMutant, id, one);
      for (const file of new Set(functions.flatMap((name) => files[name] ?? []))) add(this.byFile, file, one);
    }
  }

  /** A mutant that is reached while functions are loaded may show in every case that calls a function made of its file. */
  of({ id, file }: Mutant): readonly { readonly index: number; readonly signature: string }[] {
    return (this.loaded.has(id) ? this.byFile.get(file) : this.byMutant.get(id)) ?? [];
  }
}

function add<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** A case in one line. */
export const nameOf = (one: CaseName | undefined): string =>
  one === undefined ? '' : `${one.route}, case "${one.name}", as ${one.identity}`;
