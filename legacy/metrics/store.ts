import type { Db, Document, ObjectId } from 'mongodb';
import type { ActivityDocument, EventDocument } from '../events/store';

export const INTERVALS = ['day', 'week'] as const;
export type Interval = (typeof INTERVALS)[number];

/** From inclusive, to exclusive. */
export interface Range {
  readonly from: Date;
  readonly to: Date;
}

export interface Counts {
  readonly views: number;
  readonly registrations: number;
  readonly shares: number;
}

/** ISO 8601 in UTC: `2026-11-02`, `2026-W45`. */
const PERIOD_FORMAT: Readonly<Record<Interval, string>> = { day: '%Y-%m-%d', week: '%G-W%V' };

export type MetricsStore = ReturnType<typeof createMetricsStore>;

export function createMetricsStore(db: Db) {
  const activities = db.collection<ActivityDocument>('eventActivity');
  const events = db.collection<EventDocument>('events');
  return {
    async ensureIndexes(): Promise<void> {
      await activities.createIndex({ eventId: 1, at: 1 });
      await activities.createIndex({ customerAccountId: 1, at: 1 });
    },

    /** One entry for each period with activity, in the order of time. */
    async countByPeriod(
      customerAccountId: ObjectId,
      eventId: ObjectId,
      interval: Interval,
      { from, to }: Range,
    ): Promise<({ period: string } & Counts)[]> {
      const groups = await activities
        .aggregate<{ _id: string } & Counts>([
          { $match: { eventId, customerAccountId, at: { $gte: from, $lt: to } } },
          { $group: { _id: { $dateToString: { format: PERIOD_FORMAT[interval], date: '$at' } }, ...COUNTS } },
          { $sort: { _id: 1 } },
        ])
        .toArray();
      return groups.map(({ _id, views, registrations, shares }) => ({ period: _id, views, registrations, shares }));
    },

    /** One entry for each event of the account, quiet ones included, by title. */
    async countByEvent(
      customerAccountId: ObjectId,
      { from, to }: Range,
    ): Promise<({ eventId: ObjectId; title: string } & Counts)[]> {
      const [groups, titles] = await Promise.all([
        activities
          .aggregate<{ _id: ObjectId } & Counts>([
            { $match: { customerAccountId, at: { $gte: from, $lt: to } } },
            { $group: { _id: '$eventId', ...COUNTS } },
          ])
          .toArray(),
        events
          .find({ customerAccountId }, { projection: { title: 1 } })
          .sort({ title: 1, _id: 1 })
          .toArray(),
      ]);
      const byEvent = new Map(groups.map((group) => [group._id.toHexString(), group]));
      return titles.map(({ _id, title }) => {
        const { views, registrations, shares } = byEvent.get(_id.toHexString()) ?? NOTHING;
        return { eventId: _id, title, views, registrations, shares };
      });
    },
  };
}

export const NOTHING: Counts = { views: 0, registrations: 0, shares: 0 };

/** Adds up a list of counts. */
export function sum(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (total, { views, registrations, shares }) => ({
      views: total.views + views,
      registrations: total.registrations + registrations,
      shares: total.shares + shares,
    }),
    NOTHING,
  );
}

const countOf = (type: ActivityDocument['type']): Document => ({ $sum: { $cond: [{ $eq: ['$type', type] }, 1, 0] } });
/** For `$group`: how many activities of each type. */
export const COUNTS = { views: countOf('view'), registrations: countOf('registration'), shares: countOf('share') };
