/** A process that has both sides to itself, and all mutants in its functions; pool.ts starts it and sends it orders. */
import path from 'node:path';
import { BanyanError } from '../../../shared/errors';
import { startMutation } from '../../../shared/local/functions/mutation';
import { describeDifference } from '../../../shared/parity/exchange';
import { rulesOfNamed } from '../../../shared/parity/rules';
import { judgeObservations, observe, requestOf, type Observation } from '../observe';
import { planSuites } from '../plan-run';
import { loadProject } from '../project';
import type { PlannedCase } from '../run';
import { effectsOf } from '../run-case';
import { isNoAnswer } from '../send';
import { prepareProject } from '../run-project';
import { instrumentWith, type Mutant } from './instrument';
import type { Covered, Judged, Order, Report, WorkerOptions } from './messages';

/** A function that takes longer is taken to be endless. */
const ENDLESS_MS = 8_000;

interface Sign {
  readonly text: string;
  readonly isTimeout: boolean;
}

interface Worker {
  readonly cases: readonly PlannedCase[];
  answer(order: Exclude<Order, { readonly kind: 'start' }>): Promise<Report>;
  close(): Promise<void>;
}

async function startWorker({ flags, env, routesFile, local, files }: WorkerOptions): Promise<Worker> {
  const urls = { control: new URL(local.control), candidate: new URL(local.candidate) };
  const project = loadProject(flags, { env, routesFile, local: urls });
  const { cases: planned } = planSuites(flags, project);
  let mutants: readonly Mutant[] = [];
  const mutation = startMutation(instrumentWith(files, (made) => (mutants = made)));
  const { ready, more } = await prepareProject(project, flags);
  const cases = [...planned, ...more].filter(({ skip }) => skip === undefined);
  const controls = new Map<number, Observation>();
  const loaded = new Set<string>();

  async function controlOf(index: number, { parityCase, identity, given = [] }: PlannedCase): Promise<Observation> {
    const known = controls.get(index);
    if (known !== undefined) return known;
    const { control, credentials } = ready.context;
    const request = await requestOf(parityCase, credentials.get(identity) ?? {}, control);
    const made = await observe(control, request, { given });
    controls.set(index, made);
    return made;
  }

  const caseAt = (index: number): PlannedCase => {
    const planned = cases[index];
    if (planned === undefined) throw new RangeError(`there is no case ${index}`);
    return planned;
  };

  async function isAnswered(index: number): Promise<boolean> {
    const planned = caseAt(index);
    try {
      await controlOf(index, planned);
      return true;
    } catch (error) {
      if (planned.source === 'generated' && isNoAnswer(error)) return false;
      throw error;
    }
  }

  /** Sends a case to the candidate and returns the first difference from the control, if any. */
  async function signOf(index: number): Promise<Sign | undefined> {
    const planned = caseAt(index);
    const { route, identity, given = [] } = planned;
    const control = await controlOf(index, planned);
    const { candidate, proxy, knownValues } = ready.context;
    const awaited = effectsOf(control.changes).join();
    const found = await observe(candidate, control.request, {
      given,
      isSettled: (changes) => effectsOf(changes).join() === awaited,
    });
    const id = project.routes.find(({ name }) => name === route)?.id;
    const { differences } = await judgeObservations(control, found, {
      rules: rulesOfNamed(project.rules, { name: route, ...(id !== undefined && { id }) }),
      identity,
      ...(knownValues && { knownValues }),
    });
    const failure = proxy?.lastAnswer()?.failure;
    const [first] = differences;
    const isTimeout = found.ms > ENDLESS_MS;
    if (first !== undefined) return { text: describeDifference(first), isTimeout };
    return failure === undefined ? undefined : { text: `Lambda failed (${failure})`, isTimeout };
  }

  async function cover(index: number): Promise<Covered> {
    // Too odd for the control: it tries nothing.
    if (!(await isAnswered(index))) return { index, functions: [], mutants: [] };
    mutation.takeReached();
    const alarm = (await signOf(index))?.text;
    const { functions, ...reached } = mutation.takeReached();
    for (const id of reached.loaded) loaded.add(id);
    return { index, functions: [...functions], mutants: [...reached.mutants], ...(alarm !== undefined && { alarm }) };
  }

  async function activate(mutant: Mutant | undefined): Promise<void> {
    await mutation.activate(mutant && { id: mutant.id, file: path.resolve(mutant.file) });
    // What a process wrote after responding must not be blamed on the next mutant.
    const { data } = ready.context.candidate;
    await data?.restore(await data.changes({ withMessages: true }));
  }

  async function judge(id: string, tried: readonly number[]): Promise<Judged> {
    const mutant = mutants.find((one) => one.id === id);
    await activate(mutant);
    try {
      for (const [at, index] of tried.entries()) {
        const sign = await signOf(index);
        if (sign !== undefined) return { tried: at + 1, by: index, sign: sign.text, isTimeout: sign.isTimeout };
      }
      return { tried: tried.length };
    } finally {
      await activate(undefined);
    }
  }

  return {
    cases,
    async close() {
      await ready.close();
      mutation.close();
    },
    async answer(order) {
      switch (order.kind) {
        case 'cover': {
          const covered: Covered[] = [];
          for (const index of order.cases) covered.push(await cover(index));
          return { kind: 'covered', covered };
        }
        case 'list': {
          const files = [...mutation.files].map(([name, of]) => [name, [...of].map(fromHere)] as const);
          return { kind: 'listed', mutants, files: Object.fromEntries(files), loaded: [...loaded] };
        }
        case 'judge':
          return { kind: 'judged', ...(await judge(order.mutant, order.cases)) };
      }
    },
  };
}

const fromHere = (file: string): string => path.relative('', file).replaceAll(path.sep, '/');

let worker: Promise<Worker> | undefined;
let isLeaving = false;

async function answer(order: Order): Promise<Report> {
  if (order.kind === 'start') {
    worker = startWorker(order.options);
    const cases = (await worker).cases.map(({ route, identity, source, parityCase: { name } }) => ({
      route,
      identity,
      source,
      name,
    }));
    return { kind: 'started', cases };
  }
  if (worker === undefined) throw new TypeError('the worker has not been started');
  return (await worker).answer(order);
}

/** Of sides that are being closed nothing is true, so nothing is reported. */
function report(one: Report): void {
  if (!isLeaving) process.send?.(one, () => undefined);
}

async function leave(): Promise<void> {
  if (isLeaving) return;
  isLeaving = true;
  try {
    await (await worker)?.close();
  } finally {
    process.exit();
  }
}

process.on('message', (order: Order) => {
  answer(order).then(report, (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    report({ kind: 'failed', message, code: error instanceof BanyanError ? error.code : 'worker_failed' });
  });
});
// Whoever started it needs it no longer or has gone, or both are interrupted.
for (const event of ['disconnect', 'SIGINT', 'SIGTERM']) process.on(event, () => void leave());
