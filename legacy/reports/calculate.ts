import type { Db, ObjectId } from 'mongodb';
import type { AttendeeDocument } from '../attendees/store';
import { DAY_MS, readDay } from '../day';
import type { ActivityDocument, EventDocument } from '../events/store';
import { COUNTS, NOTHING, type Counts } from '../metrics/store';
import type { ReportResult } from './store';

/** What a customer account's report for a UTC day says. */
export type CalculateReport = (customerAccountId: ObjectId, day: string) => Promise<ReportResult>;

/** Calculates reports out of events, activity and attendees. Nothing is stored. */
export function reportCalculation(db: Db): CalculateReport {
  const events = db.collection<EventDocument>('events');
  const activities = db.collection<ActivityDocument>('eventActivity');
  const attendees = db.collection<AttendeeDocument>('attendees');

  return async (customerAccountId, day) => {
    const from = readDay(day);
    if (!from) throw new RangeError(`${day} is no day`);
    const within = { $gte: from, $lt: new Date(from.getTime() + DAY_MS) };
    const [eventCount, [counts = NOTHING], attendeeCount] = await Promise.all([
      events.countDocuments({ customerAccountId, startsAt: within }),
      activities
        .aggregate<Counts>([{ $match: { customerAccountId, at: within } }, { $group: { _id: null, ...COUNTS } }])
        .toArray(),
      attendees.countDocuments({ customerAccountId, createdAt: within, status: 'registered' }),
    ]);
    const { views, registrations, shares } = counts;
    return { events: eventCount, views, registrations, shares, attendees: attendeeCount };
  };
}
