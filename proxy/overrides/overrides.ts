import type { Db } from 'mongodb';
import type { StageEntry } from '../history/stages';
import type { Change, Evidence, Lowering, OverrideState } from './state';

export interface Outcome {
  /** True: it stands in MongoDB, so every proxy follows at its next poll. False: MongoDB is unavailable (or not used); it is in force here and written later. */
  readonly shared: boolean;
  /** True when this call made the change, false when it was made before; the earlier one is kept. */
  readonly first: boolean;
}

/** What is asked when a route is rolled back. */
export interface LowerRequest extends Change {
  readonly kind?: Lowering['kind'];
  readonly evidence?: Evidence;
}

/** Run-time overrides of the route table. They only lower a route; raising one is a change of the file. */
export interface Overrides {
  /** In force now; cheap enough for every request. */
  current(): OverrideState;
  /** Returns a route to legacy: here at once (before this returns), on every proxy within a poll. Never rejects. */
  lower(routeId: string, request: LowerRequest): Promise<Outcome>;
  /** Ends a rollback. Throws BanyanError `overrides_unreachable` while MongoDB is unavailable; the route then stays on legacy. */
  resume(routeId: string, change: Change): Promise<Outcome>;
  /** All listed routes (except retired) to legacy, or back. On never rejects; off throws `overrides_unreachable` or `kill_switch_file`. */
  setKillSwitch(position: 'on' | 'off', change: Change): Promise<Outcome>;
  /** Calls back after every change, with the new state; returns how to stop that. */
  onChange(listener: (state: OverrideState) => void): () => void;
  /** When MongoDB last confirmed the state; undefined before it has. */
  lastSeen(): Date | undefined;
  close(): Promise<void>;
}

export interface OverridesOptions {
  /** Where all proxies agree, by a client with short limits; undefined: overrides concern this proxy alone. */
  readonly db: (() => Promise<Db>) | undefined;
  /** Kept up to date for a start without MongoDB. A path that belongs to this proxy alone. */
  readonly snapshotFile: string | undefined;
  /** While this file exists the kill switch is on. Its first line says why. */
  readonly killSwitchFile: string | undefined;
  /** ms; default 500. */
  readonly pollInterval?: number;
  /** How long the start waits for MongoDB, in ms; default 3 s. */
  readonly startTimeout?: number;
  readonly now?: () => Date;
  /** Called with each change that this proxy was the first to write, for the ledger: `ledger.recordStage`. */
  readonly history?: (entry: StageEntry) => void;
  /** Called with the revision that is in force here, each time that MongoDB has said what it is. Must not throw. */
  readonly onFollowed?: (revision: number) => void;
}
