import type { AttendeeDocument } from '../../legacy/attendees/store';
import type { ActivityDocument, EventDocument } from '../../legacy/events/store';
import type { ReportDocument, ReportResult } from '../../legacy/reports/store';
import { before, DAY_MS, DEMO_IDS, demoId, startOfDay } from './seed-values';

/** What reports are made of. */
interface ReportedData {
  readonly events: readonly EventDocument[];
  readonly activity: readonly ActivityDocument[];
  readonly attendees: readonly AttendeeDocument[];
}

/**
 * The daily reports of both accounts for the three days before the last whole one, with figures that fit the data, and one on
 * demand that has failed. The last whole day has none, so that ordering it has something to do.
 */
export function demoReports(data: ReportedData, now: Date): ReportDocument[] {
  const daily = [2, 3, 4].flatMap((daysAgo) =>
    [DEMO_IDS.account, DEMO_IDS.otherAccount].map((customerAccountId): ReportDocument => {
      const from = startOfDay(before(now, daysAgo));
      const day = from.toISOString().slice(0, 10);
      const createdAt = new Date(from.getTime() + DAY_MS + 2 * 3_600_000);
      return {
        _id: `daily-${day}-${customerAccountId.toHexString()}`,
        customerAccountId,
        kind: 'daily',
        day,
        status: 'done',
        requestedBy: null,
        result: count(data, customerAccountId.toHexString(), from),
        createdAt,
        finishedAt: new Date(createdAt.getTime() + 1_500),
      };
    }),
  );
  const createdAt = before(now, 1);
  const failed: ReportDocument = {
    _id: demoId('4e90', 1).toHexString(),
    customerAccountId: DEMO_IDS.account,
    kind: 'on-demand',
    day: before(now, 2).toISOString().slice(0, 10),
    status: 'failed',
    requestedBy: DEMO_IDS.organiser,
    result: null,
    createdAt,
    finishedAt: new Date(createdAt.getTime() + 90_000),
  };
  return [...daily, failed];
}

function count({ events, activity, attendees }: ReportedData, account: string, from: Date): ReportResult {
  const on = (at: Date) => at >= from && at.getTime() < from.getTime() + DAY_MS;
  const activities = (type: ActivityDocument['type']) =>
    activity.filter((each) => each.customerAccountId.toHexString() === account && each.type === type && on(each.at))
      .length;
  return {
    events: events.filter((each) => each.customerAccountId.toHexString() === account && on(each.startsAt)).length,
    views: activities('view'),
    registrations: activities('registration'),
    shares: activities('share'),
    attendees: attendees.filter(
      (each) => each.customerAccountId.toHexString() === account && each.status === 'registered' && on(each.createdAt),
    ).length,
  };
}
