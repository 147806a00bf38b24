import { fork, type ChildProcess } from 'node:child_process';
import { MUTANTS, studyMutants, type MutantResult, type StudyOptions } from './study';

/** A {@link StudyOptions} that can be sent to another process. */
export interface Job extends Omit<StudyOptions, 'mutants' | 'onProgress'> {
  readonly mutants: readonly string[];
}

type Message =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'results'; readonly results: readonly MutantResult[] }
  | { readonly kind: 'failed'; readonly why: string };

/** Says to a child process that it is one. */
const CHILD = '--as-child';

/** Shares the cases among processes; what each has found is added up. */
export async function studyInParallel(
  job: Omit<Job, 'part'>,
  jobs: number,
  onProgress: (done: number, total: number) => void,
): Promise<readonly MutantResult[]> {
  if (jobs === 1) return run({ ...job, part: { index: 0, of: 1 } }, onProgress);
  const progress = Array.from({ length: jobs }, () => ({ done: 0, total: 0 }));
  const children: ChildProcess[] = [];
  try {
    const all = await Promise.all(
      progress.map((one, index) => {
        const child = fork(__filename.replace(/jobs\.ts$/, 'index.ts'), [CHILD]);
        children.push(child);
        return resultsOf(child, { ...job, part: { index, of: jobs } }, (done, total) => {
          Object.assign(one, { done, total });
          const sum = (of: (value: typeof one) => number) => progress.reduce((before, value) => before + of(value), 0);
          if (progress.every((each) => each.total > 0))
            onProgress(
              sum((each) => each.done),
              sum((each) => each.total),
            );
        });
      }),
    );
    return job.mutants.map((name) => addUp(all.flatMap((results) => results.filter((one) => one.name === name))));
  } finally {
    for (const child of children) child.kill();
  }
}

/** In a process that {@link studyInParallel} has started: does its share. False in any other. */
export function answerParent(): boolean {
  if (process.argv[2] !== CHILD || process.send === undefined) return false;
  const send = (message: Message): void => void process.send?.(message);
  process.once('disconnect', () => process.exit());
  process.once('message', (job: Job) => {
    run(job, (done, total) => send({ kind: 'progress', done, total })).then(
      (results) => send({ kind: 'results', results }),
      (error: unknown) => send({ kind: 'failed', why: error instanceof Error ? (error.stack ?? '') : String(error) }),
    );
  });
  return true;
}

function run({ mutants, ...job }: Job, onProgress: (done: number, total: number) => void) {
  return studyMutants({ ...job, mutants: MUTANTS.filter(({ name }) => mutants.includes(name)), onProgress });
}

function resultsOf(
  child: ChildProcess,
  job: Job,
  onProgress: (done: number, total: number) => void,
): Promise<readonly MutantResult[]> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.kind === 'progress') onProgress(message.done, message.total);
      else if (message.kind === 'results') resolve(message.results);
      else reject(new Error(message.why));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a process of the study ended with ${String(code)}`)));
    child.send(job);
  });
}

function addUp(results: readonly MutantResult[]): MutantResult {
  const sum = (of: (one: MutantResult) => number): number => results.reduce((before, one) => before + of(one), 0);
  return {
    name: results[0]?.name ?? '',
    met: sum(({ met }) => met),
    caught: sum(({ caught }) => caught),
    routes: [...new Set(results.flatMap(({ routes }) => routes))],
    example: results.find(({ example }) => example !== '')?.example ?? '',
  };
}
