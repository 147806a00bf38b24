import type { Db } from 'mongodb';
import { awaitFollowers } from '../fleet/acknowledge';
import { acknowledgementAsJson, describeAcknowledgement } from '../fleet/describe-acknowledgement';
import type { Outcome } from '../overrides/overrides';
import { readRevision } from '../overrides/store';

/** What a change through the admin API says of the proxies. */
export interface Acknowledged {
  readonly proxies: object | null;
  readonly acknowledgement: readonly string[];
  readonly followed: boolean;
}

/** ms that the page waits, less than its own limit for an answer. */
const PATIENCE = 3_000;

/** Which proxies follow a change that has been made, by the database that they all follow. Never rejects: the change stands. */
export async function acknowledge(
  { shared }: Outcome,
  connect: (() => Promise<Db>) | undefined,
): Promise<Acknowledged> {
  if (connect === undefined)
    return { ...unknown('in force here; without MONGODB_URI it concerns this proxy alone'), followed: true };
  if (!shared) return unknown('in force here; MongoDB cannot be reached, and the other proxies follow once it can');
  try {
    const db = await connect();
    const acknowledgement = await awaitFollowers(db, await readRevision(db), { patience: PATIENCE });
    const { following, behind } = acknowledgement;
    return {
      proxies: acknowledgementAsJson(acknowledgement),
      acknowledgement: describeAcknowledgement(acknowledgement, db.databaseName),
      followed: following.length > 0 && behind.length === 0,
    };
  } catch {
    return unknown('written, but MongoDB no longer says which proxies follow');
  }
}

const unknown = (line: string): Acknowledged => ({ proxies: null, acknowledgement: [line], followed: false });
