import { HeldOverrides } from '../../../../proxy/overrides/held';
import { PublishedOverrides } from '../../../../proxy/overrides/published-overrides';
import type { OverrideState } from '../../../../proxy/overrides/state';
import { KILL_SWITCH_ID, routeOverrideId } from '../../../../proxy/overrides/store';
import { capturedLogger } from '../../../support/captured-logger';

const ROLLED_BACK = { by: 'ann', why: 'errors', since: new Date(0), kind: 'manual' } as const;

function published() {
  const held = new HeldOverrides();
  held.known = true;
  const logger = capturedLogger();
  const { lines } = logger;
  const saves: boolean[] = [];
  const saver = {
    save: (_: unknown, { now }: { readonly now: boolean }) => saves.push(now),
    close: () => Promise.resolve(),
  };
  const overrides = new PublishedOverrides(held, saver, logger);
  const heard: OverrideState[] = [];
  const stop = overrides.onChange((state) => heard.push(state));
  return { held, overrides, heard, saves, lines, stop };
}

it('reports each change once, to listeners, the log and the snapshot', () => {
  const { held, overrides, heard, saves, lines } = published();
  held.unsaved.set(routeOverrideId('a'), ROLLED_BACK);
  expect(overrides.current().lowered.size).toBe(0);
  overrides.publish();
  overrides.publish();
  expect([...overrides.current().lowered.keys()]).toEqual(['a']);
  expect(heard).toEqual([overrides.current()]);
  expect(saves).toEqual([true, false]);
  expect(lines).toMatchObject([{ level: 'warn', fields: { changes: ['a rolled back to legacy, by ann: errors'] } }]);
});

it('does not take the same overrides in another order for a change', () => {
  const { held, overrides, heard } = published();
  const entries = ['a', 'b'].map((id) => [routeOverrideId(id), ROLLED_BACK] as const);
  held.shared = new Map(entries);
  overrides.publish();
  held.shared = new Map(entries.reverse());
  overrides.publish();
  expect(heard).toHaveLength(1);
});

it('names who switched something off, and forgets it with the next change', () => {
  const { held, overrides, lines } = published();
  for (const id of [routeOverrideId('a'), KILL_SWITCH_ID]) held.shared.set(id, ROLLED_BACK);
  overrides.publish();
  held.shared = new Map();
  overrides.clearedIs(routeOverrideId('a'), { by: 'bob', why: 'fixed' });
  overrides.publish();
  held.shared.set(routeOverrideId('a'), ROLLED_BACK);
  overrides.publish();
  held.shared = new Map();
  overrides.publish();
  expect(lines.map(({ fields }) => fields['changes'])).toEqual([
    expect.anything(),
    ['kill switch off, back to the route table', 'a resumed, back to the route table, by bob: fixed'],
    expect.anything(),
    ['a resumed, back to the route table'],
  ]);
});

it('is quiet about a state without overrides, and to whoever no longer listens', () => {
  const { held, overrides, heard, lines, stop } = published();
  held.known = false;
  overrides.publish();
  expect([heard.length, lines]).toEqual([1, []]);
  stop();
  held.known = true;
  overrides.publish();
  expect(heard).toHaveLength(1);
});
