import { BanyanError } from '../../shared/errors';
import type { HeldOverrides } from './held';
import type { Outcome, Overrides } from './overrides';
import type { PublishedOverrides } from './published-overrides';
import type { SharedOverrides } from './shared-overrides';
import type { Change } from './state';
import { KILL_SWITCH_ID, routeOverrideId } from './store';
import { boundedEntry, type StoredEntry } from './stored-entry';
import type { Turns } from './turns';

interface ChangedParts {
  readonly held: HeldOverrides;
  readonly published: PublishedOverrides;
  /** undefined without MongoDB. */
  readonly shared: SharedOverrides | undefined;
  readonly turns: Turns;
  readonly killSwitchFile: string | undefined;
  readonly now: () => Date;
}

export function createChanges(parts: ChangedParts): Pick<Overrides, 'lower' | 'resume' | 'setKillSwitch'> {
  const { held, killSwitchFile, now } = parts;
  return {
    lower: (routeId, { by, why, kind = 'manual', evidence }) =>
      switchOn(parts, routeOverrideId(routeId), {
        by,
        why,
        since: now(),
        kind,
        ...(evidence !== undefined && { evidence }),
      }),
    resume: (routeId, change) => switchOff(parts, routeOverrideId(routeId), change),
    async setKillSwitch(position, change) {
      if (position === 'on') return switchOn(parts, KILL_SWITCH_ID, { ...change, since: now() });
      if (held.file !== undefined)
        throw new BanyanError(`The kill switch is held on by ${killSwitchFile ?? 'a file'}. Delete it, then retry`, {
          code: 'kill_switch_file',
          statusCode: 409,
        });
      return switchOff(parts, KILL_SWITCH_ID, change);
    },
  };
}

/** Acts here before it returns, and everywhere as soon as it can. */
async function switchOn(
  { held, published, shared, turns }: ChangedParts,
  id: string,
  given: StoredEntry,
): Promise<Outcome> {
  const isNew = !held.has(id);
  const entry = boundedEntry(given);
  if (isNew) {
    held.unsaved.set(id, entry);
    published.publish();
  }
  if (shared === undefined) return { shared: false, first: isNew };
  await turns.run(() => shared.synchronise());
  const isShared = held.shared.has(id);
  return { shared: isShared, first: isShared ? shared.wasFirst(entry) : isNew };
}

/** Where MongoDB has it, nothing changes until it has gone there: the proxies would disagree. */
function switchOff({ held, published, shared, turns }: ChangedParts, id: string, change: Change): Promise<Outcome> {
  return turns.run(async () => {
    const withdrawn = held.unsaved.has(id);
    if (shared === undefined || (shared.isAway && withdrawn && !held.shared.has(id))) {
      held.confirm(id, undefined);
      published.clearedIs(id, change);
      published.publish();
      return { shared: false, first: withdrawn };
    }
    return { shared: true, first: (await shared.clear(id, change)) || withdrawn };
  });
}
