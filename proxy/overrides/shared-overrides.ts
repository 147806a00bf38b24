import type { Db } from 'mongodb';
import { BanyanError } from '../../shared/errors';
import type { Logger } from '../../shared/logger';
import type { HeldOverrides } from './held';
import type { OverridesOptions } from './overrides';
import type { PublishedOverrides } from './published-overrides';
import type { Change } from './state';
import { clear, raise, readCleared, readRevision, readState, toHistory } from './store';
import type { StoredEntry } from './stored-entry';

interface SharedOverridesParts extends Pick<OverridesOptions, 'history' | 'onFollowed'> {
  readonly connect: () => Promise<Db>;
  readonly held: HeldOverrides;
  readonly published: PublishedOverrides;
  readonly now: () => Date;
  readonly logger: Logger;
}

/** The overrides in MongoDB, where all proxies agree. One call at a time: its callers take turns. */
export class SharedOverrides {
  /** Whether MongoDB could not be reached the last time. */
  isAway = false;
  private isClosed = false;
  /** Entries of this proxy that were the first of their kind in MongoDB. */
  private readonly firsts = new WeakSet<StoredEntry>();

  constructor(private readonly parts: SharedOverridesParts) {}

  /** Writes what was made here, then reads and publishes what is in force. Never rejects. */
  async synchronise(): Promise<void> {
    const { connect, held, published, now, onFollowed } = this.parts;
    let followed: number | undefined;
    try {
      const db = await connect();
      // What cannot be written, for want of rights or for an odd document, must not keep others' overrides from this proxy.
      const fault = await this.writeUnsaved(db).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      const revision = await readRevision(db);
      const { entries: shared, steps } = await readState(db);
      const gone = [...held.shared.keys()].filter((id) => !shared.has(id));
      for (const [id, change] of await readCleared(db, gone)) published.clearedIs(id, change);
      held.shared = new Map(shared);
      held.steps = steps;
      held.at = now();
      held.known = true;
      followed = revision;
      if (fault === undefined) this.reached();
      else this.unwritable(fault.error);
    } catch (error) {
      this.unreachable(error);
    }
    published.publish();
    if (followed !== undefined) onFollowed?.(followed);
  }

  /** Switches an override off here and in MongoDB; whether this call did it. Throws BanyanError `overrides_unreachable`. */
  async clear(id: string, change: Change): Promise<boolean> {
    const { connect, held, published, now, history } = this.parts;
    try {
      const at = now();
      const cleared = await clear(await connect(), id, change, at);
      if (cleared.first) history?.(toHistory(id, cleared, change, at));
      held.confirm(id, undefined);
      published.clearedIs(id, change);
      this.reached();
      published.publish();
      return cleared.first;
    } catch (cause) {
      this.unreachable(cause);
      throw new BanyanError(
        'MongoDB is unavailable, so the other proxies would not follow; nothing was changed. Try again later',
        { code: 'overrides_unreachable', statusCode: 503, cause },
      );
    }
  }

  /** Whether an entry, once written, was the first of its kind. */
  wasFirst(entry: StoredEntry): boolean {
    return this.firsts.has(entry);
  }

  /** What MongoDB does from now on is not reported. */
  close(): void {
    this.isClosed = true;
  }

  private async writeUnsaved(db: Db): Promise<void> {
    const { held, history } = this.parts;
    for (const [id, entry] of [...held.unsaved]) {
      if (held.unsaved.get(id) !== entry) continue;
      const change = await raise(db, id, entry);
      held.confirm(id, change.active);
      if (!change.first) continue;
      this.firsts.add(entry);
      history?.(toHistory(id, change, entry, entry.since));
    }
  }

  private reached(): void {
    if (this.isAway && !this.isClosed) this.parts.logger.info({}, 'MongoDB is available again; overrides are shared');
    this.isAway = false;
  }

  private unreachable(error: unknown): void {
    this.warnOnce(error, 'MongoDB is unavailable; the last known overrides stay in force');
  }

  private unwritable(error: unknown): void {
    this.warnOnce(
      error,
      "MongoDB refuses this proxy's overrides: they apply here only; it still follows those of others",
    );
  }

  private warnOnce(error: unknown, message: string): void {
    if (!this.isAway && !this.isClosed) this.parts.logger.warn({ err: error }, message);
    this.isAway = true;
  }
}
