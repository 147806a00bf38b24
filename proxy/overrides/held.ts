import type { Entry, OverrideState, Step } from './state';
import type { Snapshot } from './snapshot';
import { KILL_SWITCH_ID, toState } from './store';
import type { StoredEntry } from './stored-entry';

/** What this proxy holds: what MongoDB said last, what was made here and is not there yet, and what the file says. */
export class HeldOverrides {
  known = false;
  /** When MongoDB last confirmed `shared`. */
  at: Date | undefined;
  shared = new Map<string, StoredEntry>();
  readonly unsaved = new Map<string, StoredEntry>();
  /** As MongoDB said last: none is made here. */
  steps: ReadonlyMap<string, Step> = new Map();
  /** From the kill switch file, while it is there. */
  file: StoredEntry | undefined;
  /** Of the snapshot: fields of a newer version. */
  private rest: Readonly<Record<string, unknown>> = {};

  /** Goes on from a snapshot, whatever its age; `known` is the caller's to judge. */
  restore({ at, shared, unsaved, steps, rest = {} }: Snapshot): void {
    this.at = at;
    this.steps = steps;
    this.rest = rest;
    this.shared = new Map(shared);
    for (const [id, entry] of unsaved) this.unsaved.set(id, entry);
  }

  /** What the file says is left out: after a restart the file says so again, or does so no longer. */
  snapshot(): Snapshot {
    const unsaved = [...this.unsaved].filter(([, entry]) => entry !== this.file);
    return { at: this.at, shared: this.shared, unsaved: new Map(unsaved), steps: this.steps, rest: this.rest };
  }

  has(id: string): boolean {
    return this.shared.has(id) || this.unsaved.has(id);
  }

  /** MongoDB has confirmed a change. */
  confirm(id: string, active: StoredEntry | undefined): void {
    this.unsaved.delete(id);
    if (active === undefined) this.shared.delete(id);
    else this.shared.set(id, active);
  }

  /** The file came, changed its mind or went. What it has asked for goes with it, unless MongoDB holds it already. */
  setFile(entry: StoredEntry | undefined, options: { readonly share: boolean }): void {
    if (this.file !== undefined && this.unsaved.get(KILL_SWITCH_ID) === this.file) this.unsaved.delete(KILL_SWITCH_ID);
    this.file = entry;
    if (entry !== undefined && options.share && !this.has(KILL_SWITCH_ID)) this.unsaved.set(KILL_SWITCH_ID, entry);
  }

  /** All of it as requests are judged by; where several say the same, MongoDB's reason is shown. */
  state(): OverrideState {
    const { killSwitch, lowered } = toState(new Map([...this.unsaved, ...this.shared]));
    const file: Entry | undefined = this.file;
    return { known: this.known, killSwitch: killSwitch ?? file, lowered, steps: this.steps };
  }
}
