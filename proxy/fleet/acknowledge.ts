import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { readProxies, type SeenProxy } from './heartbeat';

export interface Acknowledgement {
  readonly following: readonly SeenProxy[];
  /** Seen lately, and not known to follow: stopped, cut off from the database, or slow. */
  readonly behind: readonly SeenProxy[];
  /** Not seen for {@link EXPECTED}: gone without a word, or cut off for long. */
  readonly lost: readonly SeenProxy[];
  /** ms until all followed, or the wait was over. */
  readonly waited: number;
}

/** ms without a heartbeat after which a proxy is no longer counted. */
export const EXPECTED = 300_000;
/** ms that a command waits for the proxies. They ask MongoDB every half second. */
const PATIENCE = 5_000;
const PAUSE = 50;

/** Who follows a revision of the overrides. Pure. */
export function judge(proxies: readonly SeenProxy[], revision: number): Omit<Acknowledgement, 'waited'> {
  // A dead proxy may have followed a later revision, of overrides that were emptied since.
  const follows = ({ revision: followed, age }: SeenProxy) =>
    followed !== null && followed >= revision && age <= EXPECTED;
  const following = proxies.filter(follows);
  const others = proxies.filter((proxy) => !follows(proxy));
  return {
    following,
    behind: others.filter(({ age }) => age <= EXPECTED),
    lost: others.filter(({ age }) => age > EXPECTED),
  };
}

/** Waits until every proxy seen lately follows a revision, or patience is over; not at all where none was seen. Throws the driver's error. */
export async function awaitFollowers(
  db: Db,
  revision: number,
  { patience = PATIENCE }: { readonly patience?: number } = {},
): Promise<Acknowledgement> {
  const begun = performance.now();
  for (;;) {
    const judged = judge(await readProxies(db), revision);
    const waited = Math.round(performance.now() - begun);
    if (judged.behind.length === 0 || waited >= patience) return { ...judged, waited };
    await delay(PAUSE);
  }
}
