import type { Logger } from '../../shared/logger';
import { writeSnapshot, type Snapshot } from './snapshot';

export interface SnapshotSaver {
  /** Saves at once when asked, otherwise when the last save is a minute old, so that the file stays fresh. */
  save(snapshot: () => Snapshot, options: { readonly now: boolean }): void;
  /** From now on nothing is saved: the file is not ours to replace. */
  leaveAlone(): void;
  close(): Promise<void>;
}

const INTERVAL = 60_000;

/** Writes snapshots one after the other; of several that wait, only the latest. A fault is logged once, not every minute. */
export function createSnapshotSaver(file: string | undefined, now: () => Date, logger: Logger): SnapshotSaver {
  let waiting: (() => Snapshot) | undefined;
  let writing: Promise<void> | undefined;
  let lastSaved = Number.NEGATIVE_INFINITY;
  let isFaulty = false;
  let isOurs = file !== undefined;

  const write = async (path: string): Promise<void> => {
    while (waiting !== undefined) {
      const snapshot = waiting();
      waiting = undefined;
      try {
        await writeSnapshot(path, snapshot);
        isFaulty = false;
      } catch (error) {
        if (!isFaulty) logger.error({ err: error, file: path }, 'cannot write the snapshot of the overrides');
        isFaulty = true;
      }
    }
    writing = undefined;
  };

  return {
    save(snapshot, { now: atOnce }) {
      const time = now().getTime();
      if (file === undefined || !isOurs || (!atOnce && Math.abs(time - lastSaved) < INTERVAL)) return;
      lastSaved = time;
      waiting = snapshot;
      writing ??= write(file);
    },
    leaveAlone() {
      isOurs = false;
    },
    async close() {
      await writing;
    },
  };
}
