import { createHmac, randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import { BanyanError } from '../../shared/errors';
import { isDuplicate } from '../../shared/mongo';
import type { ComparisonObservation, ShadowDropReason } from '../observation';
import { CLIENTS_COLLECTION } from './collections';
import { toPlace } from './mismatches';
import { OwnTotals, type Origin } from './own-totals';
import type { OwnDocument } from './writer';

export const CLIENT_KINDS = ['user', 'anonymous'] as const;

/** Who sent a request: the user of a session, or an address. */
export interface SeenClient {
  readonly kind: (typeof CLIENT_KINDS)[number];
  /** Stored as a keyed hash only. */
  readonly id: string;
}

/** Of legacy's answer. */
export type StatusClass = `${number}xx`;

export interface SeenPlace {
  readonly path: string;
  readonly kind: string;
  /** Lambda differed there twice, while legacy gave the same twice. */
  readonly repeated: boolean;
  /** Rules that name the place and did not allow it. */
  readonly despite: readonly string[];
}

/** What a client saw, or would have seen. */
export interface ClientMismatch {
  readonly status: StatusClass;
  /** At some place: see {@link SeenPlace.repeated}. */
  readonly reproduced: boolean;
  /** What was repeated first. */
  readonly places: readonly SeenPlace[];
  /** There were more places or forms than are kept: no rule names them all. */
  readonly more: boolean;
}

interface Totals extends SeenClient {
  readonly routeId: string;
  readonly firstAt: number;
  /** To the hour, so that a client that is known well costs no writing. */
  lastAt: number;
  /** Up to {@link SEEN_WELL}. */
  compared: number;
  lost: number;
  readonly clean: Set<StatusClass>;
  readonly mismatches: Map<string, ClientMismatch>;
}

/** As many comparisons make a client well known. */
export const SEEN_WELL = 3;
/** Of one kind on one route; more than a limit of 0.5 % needs. */
const MAX_OF_ROUTE = 2_000;
/** Of all routes; about 300 bytes each. */
const MAX_CLIENTS = 50_000;
/** Further ones on one route that saw a mismatch: it is they who matter. */
const MAX_MISMATCHING = 1_000;
/** Of each kind of a route, also when the process has no more room: enough for the bound, one of them mismatching. */
const RESERVED = 1_000;
/** Stands for all that are beyond: never compared, so it can never be covered. */
const BEYOND = 'beyond the cap';
const MAX_FORMS = 8;
const MAX_PLACES = 20;
const HOUR = 3_600_000;

/** Copies that were not compared for a reason that may hide a difference; load passes, and a fault of legacy promises nothing. */
const LOST: ReadonlySet<ShadowDropReason> = new Set(['slow', 'answer-too-large', 'noise']);
/** What a client decides makes it no client. */
const NO_EVIDENCE: ReadonlySet<ShadowDropReason> = new Set(['gateway-refused', 'client-gone']);

/** Who has been compared, as far as evidence needs it. Memory is bounded; what does not fit is noted as such. */
export class Clients extends OwnTotals<Totals> {
  /** Of the hashes; see {@link clientKey}. */
  key: Buffer | undefined;
  private readonly sizes = new Map<string, number>();

  recordComparison({ routeId, equal, statusCode, differences, at }: ComparisonObservation, client: SeenClient): void {
    const totals = this.totalsOf(routeId, client, at, { isMismatching: !equal });
    const status: StatusClass = `${Math.floor(statusCode / 100)}xx`;
    let isNew = totals.compared < SEEN_WELL;
    if (totals.id !== BEYOND) totals.compared = Math.min(SEEN_WELL, totals.compared + 1);
    if (equal && !totals.clean.has(status)) {
      totals.clean.add(status);
      isNew = true;
    }
    if (!equal) {
      const mismatch = toMismatch(status, differences);
      const isKept = totals.mismatches.size < MAX_FORMS || totals.mismatches.has(JSON.stringify(mismatch));
      const form = isKept ? mismatch : { ...mismatch, places: [], more: true };
      const key = JSON.stringify(form);
      isNew ||= !totals.mismatches.has(key);
      totals.mismatches.set(key, form);
    }
    if (isNew) this.dirty.add(keyOf(routeId, totals));
  }

  recordDrop(routeId: string, reason: ShadowDropReason, client: SeenClient, at: number): void {
    if (NO_EVIDENCE.has(reason)) return;
    const totals = this.totalsOf(routeId, client, at, { isMismatching: false });
    if (!LOST.has(reason) || totals.lost > 0) return;
    totals.lost = 1;
    this.dirty.add(keyOf(routeId, totals));
  }

  protected documentsOf(totals: Totals, _id: string, { versions, database }: Origin): OwnDocument[] {
    if (this.key === undefined) return [];
    const { routeId, kind, id, firstAt, lastAt, compared, lost, clean, mismatches } = totals;
    const client = createHmac('sha256', this.key).update(`${kind} ${id}`).digest('base64url').slice(0, 16);
    return [
      {
        collection: CLIENTS_COLLECTION,
        // One for all processes: a client that asks two proxies is one client.
        _id: JSON.stringify([routeId, versions.legacy, versions.lambda, client]),
        fields: { routeId, versions, database, kind, client },
        atLeast: { compared, lost, lastAt: new Date(lastAt) },
        once: { firstAt: new Date(firstAt) },
        union: { clean: [...clean], mismatches: [...mismatches.values()] },
      },
    ];
  }

  private totalsOf(
    routeId: string,
    client: SeenClient,
    at: number,
    { isMismatching }: { readonly isMismatching: boolean },
  ): Totals {
    const hour = Math.floor(at / HOUR) * HOUR;
    const key = keyOf(routeId, client);
    let totals = this.totals.get(key);
    if (totals === undefined) {
      const isBeyond = client.id !== BEYOND && !this.takePlace(routeId, client.kind, { isMismatching });
      if (isBeyond) {
        const beyond = this.totalsOf(routeId, { kind: client.kind, id: BEYOND }, at, { isMismatching });
        beyond.lost = 1;
        return beyond;
      }
      const { kind, id } = client;
      totals = {
        routeId,
        kind,
        id,
        firstAt: at,
        lastAt: hour,
        compared: 0,
        lost: 0,
        clean: new Set(),
        mismatches: new Map(),
      };
      this.totals.set(key, totals);
      this.dirty.add(key);
    } else if (hour > totals.lastAt) {
      totals.lastAt = hour;
      this.dirty.add(key);
    }
    return totals;
  }

  private takePlace(
    routeId: string,
    kind: SeenClient['kind'],
    { isMismatching }: { readonly isMismatching: boolean },
  ): boolean {
    const take = (key: string, max: number): boolean => {
      const size = this.sizes.get(key) ?? 0;
      if (size >= max) return false;
      this.sizes.set(key, size + 1);
      return true;
    };
    const own = `${kind}|${routeId}`;
    const isRoom = this.totals.size < MAX_CLIENTS || (this.sizes.get(own) ?? 0) < RESERVED;
    if (isRoom && take(own, MAX_OF_ROUTE)) return true;
    return isMismatching && take(`mismatching|${routeId}`, MAX_MISMATCHING);
  }
}

const keyOf = (routeId: string, { kind, id }: SeenClient): string => `${routeId}|${kind}|${id}`;

function toMismatch(status: StatusClass, differences: ComparisonObservation['differences']): ClientMismatch {
  const [repeated, once] = [true, false].map((wanted) =>
    differences
      .filter(({ intermittent }) => (intermittent !== true) === wanted)
      .map((difference): SeenPlace => {
        const { path, kind } = toPlace(difference);
        return { path, kind, repeated: wanted, despite: [...(difference.despite ?? [])] };
      }),
  );
  const places = [...(repeated ?? []), ...(once ?? [])];
  const more = places.length > MAX_PLACES || places.length === 0;
  return {
    status,
    reproduced: repeated !== undefined && repeated.length > 0,
    places: places.slice(0, MAX_PLACES),
    more,
  };
}

const KEY_BYTES = 32;

/** What clients are hashed with: made once for each ledger, so that all proxies count alike, also after the session's secret is another. */
export async function clientKey(db: Db): Promise<Buffer> {
  // A secondary may not have it yet.
  const keys = db.collection<{ readonly _id: string; readonly key: string }>(CLIENTS_COLLECTION, {
    readPreference: 'primary',
  });
  try {
    await keys.updateOne(
      { _id: 'key' },
      { $setOnInsert: { key: randomBytes(KEY_BYTES).toString('base64') } },
      { upsert: true },
    );
  } catch (error) {
    // Another proxy was faster.
    if (!isDuplicate(error)) throw error;
  }
  const key = Buffer.from((await keys.findOne({ _id: 'key' }))?.key ?? '', 'base64');
  // Of nothing, it would hash addresses so that everyone can find them.
  if (key.length < KEY_BYTES)
    throw new BanyanError(
      `${CLIENTS_COLLECTION}: the document "key" holds no key of ${KEY_BYTES} bytes; delete it, and a new one is made`,
      {
        code: 'client_key_unreadable',
      },
    );
  return key;
}
