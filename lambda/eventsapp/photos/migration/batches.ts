import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BanyanError, isFields } from 'banyan-strangler/lambda';

/** What a migration remembers between batches; JSON. */
export interface MigrationState {
  /** Where the next batch begins; null at the beginning of a phase. */
  readonly after: string | null;
  readonly isDone: boolean;
}

/** Where state is kept. */
export interface StateStore<State> {
  load(): Promise<State | undefined>;
  save(state: State): Promise<void>;
}

export interface RunOptions<State> {
  readonly store: StateStore<State>;
  readonly initial: State;
  /** Does the next batch. Must bear to be done twice: the process may end before its result is kept. */
  readonly step: (state: State) => Promise<{ readonly state: State; readonly handled: number }>;
  /** Items a second at most. */
  readonly rate: number;
  readonly onProgress: (state: State) => void;
  /** Asked between batches. */
  readonly isStopped: () => boolean;
}

/** Runs batch after batch until done or stopped; the state is kept after each, and one that is done begins again. Returns the last one. */
export async function runBatches<State extends MigrationState>(options: RunOptions<State>): Promise<State> {
  const { store, initial, step, rate, onProgress, isStopped } = options;
  const kept = await store.load();
  let state = kept === undefined || kept.isDone ? initial : kept;
  while (!state.isDone && !isStopped()) {
    const begun = performance.now();
    const result = await step(state);
    state = result.state;
    await store.save(state);
    onProgress(state);
    const pause = (result.handled / rate) * 1_000 - (performance.now() - begun);
    if (pause > 0 && !state.isDone) await sleep(pause);
  }
  return state;
}

/**
 * Keeps state in a file. It is replaced as a whole, so a process that is killed leaves the old or the new one.
 *
 * @param parse throws for what is no state of this migration
 */
export function fileStore<State>(
  file: string,
  kind: string,
  parse: (value: Readonly<Record<string, unknown>>) => State,
): StateStore<State> {
  return {
    async load() {
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        if (isFields(error) && error['code'] === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      try {
        const value: unknown = JSON.parse(text);
        if (isFields(value) && value['kind'] === kind) return parse(value);
      } catch (cause) {
        throw notAState(file, kind, cause);
      }
      throw notAState(file, kind);
    },
    async save(state) {
      await writeFile(`${file}.new`, `${JSON.stringify({ kind, ...state }, undefined, 2)}\n`);
      await rename(`${file}.new`, file);
    },
  };
}

function notAState(file: string, kind: string, cause?: unknown): BanyanError {
  const message = `${file} is not the state of ${kind}: name another file by --state, or remove it to begin again`;
  return new BanyanError(message, { code: 'migration_state_malformed', cause });
}

/** State that is not kept: of a dry run. */
export function noStore<State>(): StateStore<State> {
  return { load: () => Promise.resolve(undefined), save: () => Promise.resolve() };
}

/** Reads the part that all states have. */
export function placeOf({ after, isDone }: Readonly<Record<string, unknown>>): MigrationState {
  if ((typeof after !== 'string' && after !== null) || typeof isDone !== 'boolean') throw new TypeError('not a state');
  return { after, isDone };
}

/** Reads counts by their names. */
export function countsOf<const Name extends string>(
  value: Readonly<Record<string, unknown>>,
  names: readonly Name[],
): Record<Name, number> {
  if (!isFields(value) || names.some((name) => typeof value[name] !== 'number'))
    throw new TypeError('a count is missing');
  return Object.fromEntries(names.map((name) => [name, value[name]])) as Record<Name, number>;
}
