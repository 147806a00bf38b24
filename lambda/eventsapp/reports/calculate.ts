import type { Db, ObjectId } from 'mongodb';

import { DAY_MS, parseDay } from '../contracts/day';
import type { ReportJson } from '../contracts/reports';

/**
 * What happened in an account on a UTC day: events that began, activity, attendees who were added and are still registered.
 *
 * @throws RangeError for what is no day
 */
export async function calculateReport(
  db: Db,
  account: ObjectId,
  day: string,
): Promise<NonNullable<ReportJson['result']>> {
  const from = parseDay(day);
  if (from === undefined) throw new RangeError(`${day} is no day`);
  const onTheDay = { $gte: from, $lt: new Date(from.getTime() + DAY_MS) };
  const [events, activity, attendees] = await Promise.all([
    db.collection('events').countDocuments({ customerAccountId: account, startsAt: onTheDay }),
    countActivity(db, account, onTheDay),
    db
      .collection('attendees')
      .countDocuments({ customerAccountId: account, createdAt: onTheDay, status: 'registered' }),
  ]);
  return { events, ...activity, attendees };
}

interface ByType {
  readonly _id: string;
  readonly count: number;
}

async function countActivity(db: Db, account: ObjectId, at: object) {
  const byType = await db
    .collection('eventActivity')
    .aggregate<ByType>([
      { $match: { customerAccountId: account, at } },
      { $group: { _id: '$type', count: { $sum: 1 } } },
    ])
    .toArray();
  const of = (type: string) => byType.find(({ _id }) => _id === type)?.count ?? 0;
  return { views: of('view'), registrations: of('registration'), shares: of('share') };
}
