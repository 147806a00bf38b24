import type { Db, Document, ObjectId } from 'mongodb';

import type { ActivityCounts, AllMetricsResponse, EventMetricsResponse, Interval } from '../contracts/metrics';

/** From inclusive, to exclusive. */
interface Range {
  readonly from: Date;
  readonly to: Date;
}

type Bucket = EventMetricsResponse['buckets'][number];
type EventTotal = AllMetricsResponse['events'][number];

/** ISO 8601, in UTC. */
const PERIOD: Readonly<Record<Interval, string>> = { day: '%Y-%m-%d', week: '%G-W%V' };

const COUNT_BY_TYPE = { views: countOf('view'), registrations: countOf('registration'), shares: countOf('share') };

const NONE: ActivityCounts = { views: 0, registrations: 0, shares: 0 };

/** The activity of one event, by day or week; periods without any are left out. */
export async function countByPeriod(
  db: Db,
  account: ObjectId,
  eventId: ObjectId,
  { interval, from, to }: Range & { readonly interval: Interval },
): Promise<readonly Bucket[]> {
  const periods = db
    .collection('eventActivity')
    .aggregate<{ _id: string } & ActivityCounts>([
      { $match: { customerAccountId: account, eventId, at: { $gte: from, $lt: to } } },
      { $group: { _id: { $dateToString: { date: '$at', format: PERIOD[interval] } }, ...COUNT_BY_TYPE } },
      { $sort: { _id: 1 } },
    ]);
  return periods.map(({ _id: period, ...counts }) => ({ period, ...inOrder(counts) })).toArray();
}

/** The activity of every event of an account, those without any included, by title and then id. */
export async function countByEvent(db: Db, account: ObjectId, { from, to }: Range): Promise<readonly EventTotal[]> {
  const activity = db
    .collection('eventActivity')
    .aggregate<{ _id: ObjectId } & ActivityCounts>([
      { $match: { customerAccountId: account, at: { $gte: from, $lt: to } } },
      { $group: { _id: '$eventId', ...COUNT_BY_TYPE } },
    ]);
  const events = db
    .collection<{ title: string }>('events')
    .find({ customerAccountId: account })
    .project<{ _id: ObjectId; title: string }>({ title: 1 })
    .sort({ title: 1, _id: 1 });
  const [counted, titled] = await Promise.all([activity.toArray(), events.toArray()]);
  const countsOf = new Map(counted.map(({ _id, ...counts }) => [_id.toHexString(), counts]));
  return titled.map(({ _id, title }) => {
    const eventId = _id.toHexString();
    return { eventId, title, ...inOrder(countsOf.get(eventId) ?? NONE) };
  });
}

/** Adds up the counts of a list. */
export function totals(list: readonly ActivityCounts[]): ActivityCounts {
  const total = (name: keyof ActivityCounts) => list.reduce((sum, counts) => sum + counts[name], 0);
  return { views: total('views'), registrations: total('registrations'), shares: total('shares') };
}

function countOf(type: string): Document {
  return { $sum: { $cond: [{ $eq: ['$type', type] }, 1, 0] } };
}

/** The order of keys is part of the answer, and a database may return them in another. */
function inOrder({ views, registrations, shares }: ActivityCounts): ActivityCounts {
  return { views, registrations, shares };
}
