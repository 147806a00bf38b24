import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BanyanError } from '../../../shared/errors';
import { systemErrorCode } from '../../overrides/system-error';

/** What becomes of a file; undefined: it does not exist. */
export interface Change {
  readonly file: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

type Undo = () => unknown;

/** A file's text; undefined: there is none. */
export function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * Makes all changes or none: after an error, and after a signal meanwhile, every file is as before. A process that is killed outright leaves at most
 * whole files behind, which the same command accepts when it is run again.
 *
 * @throws BanyanError `file_unwritable`; `file_changed` for a file that is no longer as it was read
 */
export function applyChanges(changes: readonly Change[]): void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let pending: NodeJS.Signals | undefined;
  const defer = (signal: NodeJS.Signals): void => void (pending = signal);
  // Nothing is awaited below, so that a handler is called after it.
  for (const signal of signals) process.on(signal, defer);
  const undo: Undo[] = [];
  let current = '';
  try {
    for (const change of changes) {
      current = change.file;
      apply(change, undo);
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    if (error instanceof BanyanError) throw error;
    throw new BanyanError(`${current} cannot be written (${systemErrorCode(error)}); nothing was changed`, {
      code: 'file_unwritable',
      cause: error,
    });
  } finally {
    // Signals are delivered between two of these.
    setImmediate(() =>
      setImmediate(() => {
        for (const signal of signals) process.off(signal, defer);
        if (pending !== undefined) process.kill(process.pid, pending);
      }),
    );
  }
}

function apply({ file, before, after }: Change, undo: Undo[]): void {
  const found = readIfThere(file);
  if (found === after) return;
  if (found !== before)
    throw new BanyanError(`${file} changed in the meantime; nothing was written`, { code: 'file_changed' });
  if (after === undefined) {
    rmSync(file);
    undo.push(() => writeFileSync(file, before ?? ''));
    removeEmpty(path.dirname(file), undo);
    return;
  }
  makeFolder(path.dirname(file), undo);
  const temporary = `${file}.${process.pid}.tmp`;
  undo.push(() => existsSync(temporary) && rmSync(temporary));
  writeFileSync(temporary, after);
  renameSync(temporary, file);
  undo.push(() => (before === undefined ? rmSync(file) : writeFileSync(file, before)));
}

function makeFolder(folder: string, undo: Undo[]): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder), undo);
  mkdirSync(folder);
  undo.push(() => rmdirSync(folder));
}

/** A folder that has become empty: git would not keep it either. */
function removeEmpty(folder: string, undo: Undo[]): void {
  try {
    rmdirSync(folder);
  } catch {
    return;
  }
  undo.push(() => mkdirSync(folder));
  removeEmpty(path.dirname(folder), undo);
}
