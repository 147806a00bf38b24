import { ObjectId } from 'mongodb';

export const DAY_MS = 86_400_000;

/** Ids are fixed, so that links and tests hold: `5eed`, the kind, the number. */
export const demoId = (kind: string, number: number) =>
  new ObjectId(`5eed${kind}${number.toString(16).padStart(16, '0')}`);

export const DEMO_IDS = {
  /** Harbour Events: organiser@example.com, member@example.com, the API key. */
  account: demoId('acc0', 1),
  /** Northwind Meetups: other@example.net. */
  otherAccount: demoId('acc0', 2),
  organiser: demoId('a5e0', 1),
  member: demoId('a5e0', 2),
  other: demoId('a5e0', 3),
  /** The nth demo event, counted from 1 in the order of `seed-events.ts`. */
  event: (number: number) => demoId('e0e0', number),
  attendee: (number: number) => demoId('a77e', number),
  photo: (number: number) => demoId('f070', number),
} as const;

/** That many days earlier, at the same time of day. */
export function before(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}

/** Midnight UTC. */
export function startOfDay(date: Date): Date {
  return new Date(Math.floor(date.getTime() / DAY_MS) * DAY_MS);
}

/** An element by a number from 0 (inclusive) to 1 (exclusive). */
export function pick<T>(list: readonly T[], fraction: number): T {
  const found = list[Math.floor(fraction * list.length)];
  if (found === undefined) throw new RangeError(`Nothing at ${fraction} of ${list.length} elements`);
  return found;
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
