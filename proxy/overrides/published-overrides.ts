import type { Logger } from '../../shared/logger';
import { describeChanges, describeSteps, type Cleared } from './describe-changes';
import type { HeldOverrides } from './held';
import type { SnapshotSaver } from './save-snapshot';
import type { Change, OverrideState } from './state';
import { KILL_SWITCH_ID, routeOverrideId } from './store';

/** The state that requests are judged by. Each change of it is logged, saved and reported to listeners once. */
export class PublishedOverrides {
  private state: OverrideState;
  private fingerprint: string;
  private readonly listeners = new Set<(state: OverrideState) => void>();
  /** Who switched off what is about to be published as off, for the log. */
  private readonly clearedBy = new Map<string, Change>();

  constructor(
    private readonly held: HeldOverrides,
    private readonly saver: Pick<SnapshotSaver, 'save'>,
    private readonly logger: Logger,
  ) {
    this.state = held.state();
    this.fingerprint = fingerprintOf(this.state);
  }

  current(): OverrideState {
    return this.state;
  }

  /** Says who switched an override off, before that is published. */
  clearedIs(id: string, by: Change): void {
    this.clearedBy.set(id, by);
  }

  publish(): void {
    const next = this.held.state();
    const fingerprint = fingerprintOf(next);
    const isChanged = fingerprint !== this.fingerprint;
    this.saver.save(() => this.held.snapshot(), { now: isChanged });
    if (!isChanged) return;
    const isQuiet = isPlain(this.state) && isPlain(next);
    const changes = describeChanges(this.state, next, this.cleared());
    const steps = describeSteps(this.state, next);
    [this.state, this.fingerprint] = [next, fingerprint];
    const { known, killSwitch, lowered } = next;
    if (steps.length > 0) this.logger.info({ steps }, 'routes climb');
    if (changes.length > 0 && !isQuiet)
      this.logger.warn({ changes, known, killSwitch, lowered: Object.fromEntries(lowered) }, 'overrides changed');
    this.clearedBy.clear();
    for (const listener of this.listeners) listener(next);
  }

  onChange(listener: (state: OverrideState) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private cleared(): Cleared {
    const routes = [...this.state.lowered.keys()].flatMap((id) => {
      const change = this.clearedBy.get(routeOverrideId(id));
      return change === undefined ? [] : [[id, change] as const];
    });
    return { killSwitch: this.clearedBy.get(KILL_SWITCH_ID), routes: new Map(routes) };
  }
}

function fingerprintOf({ known, killSwitch, lowered, steps }: OverrideState): string {
  const sorted = [lowered, steps].map((map) => [...map].sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify([known, killSwitch, ...sorted]);
}

function isPlain({ killSwitch, lowered }: OverrideState): boolean {
  return killSwitch === undefined && lowered.size === 0;
}
