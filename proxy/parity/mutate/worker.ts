/** A process that has both sides to itself, with all mutants in the functions: pool.ts starts it and sends it orders. */
import path from 'node:path';
import { BanyanError } from '../../../shared/errors';
import { startMutation } from '../../../shared/local/functions/mutation';
import { describeDifference } from '../../../shared/parity/exchange';
import { rulesOf } from '../../../shared/parity/rules';
import { prepareSides } from '../environment';
import { judgeObservations, observe, requestOf, type Observation } from '../observe';
import { planSuites } from '../plan-run';
import { loadProject } from '../project';
import type { PlannedCase } from '../run';
import { effectsOf } from '../run-case';
import { worldCases } from '../world';
import { instrumentWith, type Mutant } from './instrument';
import type { Covered, Judged, Order, Report, WorkerOptions } from './messages';

/** A function that took longer did not end by itself. */
const ENDLESS_MS = 8_000;

interface Sign {
  readonly text: string;
  readonly isTimeout: boolean;
}

interface Worker {
  readonly cases: readonly PlannedCase[];
  answer(order: Exclude<Order, { readonly kind: 'start' }>): Promise<Report>;
}

async function startWorker({ flags, env, routesFile, local, files }: WorkerOptions): Promise<Worker> {
  const urls = { control: new URL(local.control), candidate: new URL(local.candidate) };
  const project = loadProject(flags, { env, routesFile, local: urls });
  const { cases: planned } = planSuites(flags, project);
  let mutants: readonly Mutant[] = [];
  const mutation = startMutation(instrumentWith(files, (made) => (mutants = made)));
  const ready = await prepareSides(project.sides, project.suites);
  const suites = project.suites.filter(({ route }) => project.chosen?.has(route) ?? true);
  const cases = [...planned, ...worldCases(suites, ready.world ?? new Map())].filter(({ skip }) => skip === undefined);
  const controls = new Map<number, Observation>();
  const loaded = new Set<string>();

  async function controlOf(index: number, { parityCase, identity }: PlannedCase): Promise<Observation> {
    const known = controls.get(index);
    if (known !== undefined) return known;
    const { control, credentials } = ready.context;
    const made = await observe(control, await requestOf(parityCase, credentials.get(identity) ?? {}, control));
    controls.set(index, made);
    return made;
  }

  /** Sends a case to the candidate; the first difference from the control, if any. */
  async function signOf(index: number): Promise<Sign | undefined> {
    const planned = cases[index];
    if (planned === undefined) throw new RangeError(`there is no case ${index}`);
    const { route, identity } = planned;
    const control = await controlOf(index, planned);
    const { candidate, proxy, knownValues } = ready.context;
    const awaited = effectsOf(control.changes).join();
    const found = await observe(candidate, control.request, {
      isSettled: (changes) => effectsOf(changes).join() === awaited,
    });
    const id = project.routes.find(({ name }) => name === route)?.id;
    const { differences } = await judgeObservations(control, found, {
      rules: rulesOf(project.rules, { name: route, ...(id !== undefined && { id }) }),
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
    mutation.takeReached();
    const alarm = (await signOf(index))?.text;
    const { functions, ...reached } = mutation.takeReached();
    for (const id of reached.loaded) loaded.add(id);
    return { index, functions: [...functions], mutants: [...reached.mutants], ...(alarm !== undefined && { alarm }) };
  }

  async function activate(mutant: Mutant | undefined): Promise<void> {
    await mutation.activate(mutant && { id: mutant.id, file: path.resolve(mutant.file) });
    // What a process wrote after its answer must not look like the work of the next mutant.
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
        case 'close':
          await ready.close();
          mutation.close();
          return { kind: 'closed' };
      }
    },
  };
}

const fromHere = (file: string): string => path.relative('', file).replaceAll(path.sep, '/');

let worker: Worker | undefined;

async function answer(order: Order): Promise<Report> {
  if (order.kind === 'start') {
    worker = await startWorker(order.options);
    const cases = worker.cases.map(({ route, identity, source, parityCase: { name } }) => ({
      route,
      identity,
      source,
      name,
    }));
    return { kind: 'started', cases };
  }
  if (worker === undefined) throw new TypeError('the worker has not been started');
  return worker.answer(order);
}

process.on('message', (order: Order) => {
  answer(order).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      process.send?.({ kind: 'failed', message, code: error instanceof BanyanError ? error.code : 'worker_failed' });
    },
  );
});
// Whoever started it is interrupted, too, and this one then has to clean up.
process.on('SIGINT', () => undefined);
// Whoever started it has gone.
process.on('disconnect', () => process.exit());
