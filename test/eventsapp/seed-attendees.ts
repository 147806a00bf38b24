import type { AttendeeDocument } from '../../legacy/attendees/store';
import { before, DAY_MS, DEMO_IDS, pick, seededRandom } from './seed-values';

/** Names with what breaks HTML, sort orders and length limits. */
const NAMES = [
  'Ada Berg',
  "Sinéad O'Connor",
  'Łukasz Żak',
  'Bob "Bobby" Tables',
  '<b>Eve</b> & Co',
  '山田 花子',
  'Jean-Luc Picard',
  'ada berg',
  'مريم',
  'Nils 🎻 Holgersson',
] as const;

/** How many attendees the first events have; the rest have none. The first has more than two pages. */
const ATTENDEES_OF_EVENTS = [45, 21, 6, 1, 0, 12];
/** The events from here on are the other account's. */
const FOREIGN_FROM = 21;
/** The other account's attendees, by the number of the event. */
const FOREIGN = [21, 21, 22];

/**
 * 88 attendees, most of them added in the last 30 days, some at the same moment, every ninth cancelled. Emails come again in
 * other events.
 */
export function demoAttendees(now: Date): AttendeeDocument[] {
  const random = seededRandom(77);
  const own = ATTENDEES_OF_EVENTS.flatMap((count, index) =>
    Array.from({ length: count }, (_, nth) => ({ event: index + 1, nth })),
  );
  return [...own, ...FOREIGN.map((event, nth) => ({ event, nth }))].map(({ event, nth }, index) => {
    // Neighbours share a moment; whole hours, so that some fall on midnight.
    const hoursAgo = Math.floor(random() * 30 * 24 * (nth % 3 === 0 ? 0.2 : 1));
    const createdAt = nth % 4 === 3 ? before(now, 2) : new Date(now.getTime() - (hoursAgo / 24) * DAY_MS);
    return {
      _id: DEMO_IDS.attendee(index + 1),
      eventId: DEMO_IDS.event(event),
      customerAccountId: event < FOREIGN_FROM ? DEMO_IDS.account : DEMO_IDS.otherAccount,
      name: pick(NAMES, random()),
      email: `guest+${nth + 1}@example.org`,
      status: index % 9 === 8 ? 'cancelled' : 'registered',
      createdBy: event < FOREIGN_FROM ? DEMO_IDS.organiser : DEMO_IDS.other,
      createdAt,
    };
  });
}
