import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Texts with all mutants of the files that functions are made of, by absolute path; a file that it leaves out stays as it is. */
export type Instrument = (files: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** A mutant that is active in functions: its id in what {@link Instrument} has made, and its file. */
export interface ActiveMutant {
  readonly id: string;
  readonly file: string;
}

/** What functions have run since it was last asked. */
export interface Reached {
  /** By their names. */
  readonly functions: ReadonlySet<string>;
  /** Ids of mutants that were passed while functions ran. */
  readonly mutants: ReadonlySet<string>;
  /** Ids of mutants that were passed while functions were loaded. */
  readonly loaded: ReadonlySet<string>;
}

/** Functions whose processes run a mutated bundle. Only one mutant, or none, is active at a time. */
export interface Mutation {
  /** The files of each function, absolute; empty until the first function has been called. */
  readonly files: ReadonlyMap<string, ReadonlySet<string>>;
  /** Programs for the processes. */
  readonly folder: string;
  /** Ends the processes that have the mutant's file, or that of the one before; the next call starts them again. */
  activate(mutant: ActiveMutant | undefined): Promise<void>;
  takeReached(): Reached;
  close(): void;
}

/**
 * Plain JavaScript: in each process before all else. Passed mutants are written to a file at once, and a mutant that is passed without end throws.
 * No listener for messages: the first one would be given those that `serve` waits for.
 */
const PRELOAD = `'use strict';
const fs = require('node:fs');
module.exports = (active) => {
  const file = fs.openSync(require('node:path').join(__dirname, 'reached'), 'a');
  const seen = new Set();
  let during = 'load';
  const note = (line) => {
    if (active !== undefined || seen.has(line)) return;
    seen.add(line);
    fs.writeSync(file, line + '\\n');
  };
  const passed = new Proxy({}, { get: () => 0, set: (_, id) => (note(during + ' ' + id), true) });
  const stryker = { activeMutant: active, mutantCoverage: { static: passed, perTest: {} }, hitCount: 0, hitLimit: 1e6 };
  globalThis.__stryker__ = stryker;
  const emit = process.emit;
  process.emit = function (event, message) {
    if (event === 'message' && message.kind === 'invoke') {
      seen.clear();
      stryker.hitCount = 0;
      during = 'run';
      note('function ' + message.functionName);
    }
    return emit.apply(this, arguments);
  };
};
`;

interface Running extends Mutation {
  /** What is removed at the end. */
  readonly folders: string[];
  readonly files: Map<string, ReadonlySet<string>>;
  readonly instrument: Instrument;
  readonly processes: { readonly names: readonly string[]; readonly end: () => Promise<void> }[];
  active: ActiveMutant | undefined;
}

let running: Running | undefined;

/** From now on function processes that start here run functions with mutants. One at a time; close it before the next. */
export function startMutation(instrument: Instrument): Mutation {
  if (running !== undefined) throw new Error('functions are mutated already');
  const folder = mkdtempSync(path.join(tmpdir(), 'banyan-mutants-'));
  const log = path.join(folder, 'reached');
  writeFileSync(log, '');
  writeFileSync(path.join(folder, 'preload.cjs'), PRELOAD);
  const files = new Map<string, ReadonlySet<string>>();
  const mutation: Running = {
    ...{ folder, folders: [folder], files, instrument, processes: [], active: undefined },
    async activate(mutant) {
      const changed = [this.active, mutant].flatMap((one) => one?.file ?? []);
      this.active = mutant;
      const stale = this.processes.filter(({ names }) =>
        names.some((name) => changed.some((file) => files.get(name)?.has(file))),
      );
      await Promise.all(stale.map(({ end }) => end()));
    },
    takeReached() {
      const lines = readFileSync(log, 'utf8').split('\n');
      truncateSync(log);
      const of = (kind: string): ReadonlySet<string> =>
        new Set(lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : [])));
      return { functions: of('function'), mutants: of('run'), loaded: of('load') };
    },
    close() {
      running = undefined;
      process.off('exit', remove);
      remove();
    },
  };
  function remove(): void {
    for (const one of mutation.folders) rmSync(one, { recursive: true, force: true });
  }
  process.on('exit', remove);
  return (running = mutation);
}

/** The running mutation, for what bundles functions; undefined in ordinary use. */
export const currentMutation = (): Pick<Running, 'folder' | 'folders' | 'files' | 'instrument'> | undefined => running;

/** Registers a process of functions, so that it ends when a mutant of theirs comes or goes. */
export function endWithMutant(names: readonly string[], end: () => Promise<void>): void {
  running?.processes.push({ names, end });
}

/** Arguments for a Node.js process that must run the active mutant; none where nothing is mutated. */
export function mutantArguments(): readonly string[] {
  if (running === undefined) return [];
  const { folder, active } = running;
  const program = path.join(folder, `mutant-${active?.id ?? 'none'}.cjs`);
  // Not again: a process whose file was written after it had loaded it counts as edited, and is started anew.
  if (!existsSync(program)) writeFileSync(program, `require('./preload.cjs')(${JSON.stringify(active?.id)});\n`);
  return ['--require', program];
}
