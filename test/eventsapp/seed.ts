import { createHash } from 'node:crypto';
import type { Db, ObjectId, OptionalUnlessRequiredId } from 'mongodb';
import type { AccountDocument } from '../../legacy/accounts/store';
import type { ApiKeyDocument, UserDocument } from '../../legacy/auth/store';
import type { ActivityDocument, ActivityType, EventDocument } from '../../legacy/events/store';
import type { NotificationDocument } from '../../legacy/notifications/store';
import { demoAttendees } from './seed-attendees';
import { DEMO_EVENTS } from './seed-events';
import { demoPhotos } from './seed-photos';
import { demoReports } from './seed-reports';
import { before, DAY_MS, DEMO_IDS, demoId, pick, seededRandom, startOfDay } from './seed-values';

export { DEMO_IDS } from './seed-values';

/** The password of every demo user. */
export const DEMO_PASSWORD = 'correct horse battery staple';
/** The API key of an integration of the first account, as the integration would send it in `x-api-key`. */
export const DEMO_API_KEY = 'demo-key-51f0c7a2e98b4d36';

/** bcrypt of {@link DEMO_PASSWORD} at cost 4 instead of the application's 10, so that thousands of logins in tests stay cheap. */
const DEMO_PASSWORD_HASH = '$2b$04$gpN1AO4nrBrDLMrBGyyb5uJvbLG1uAlMJ4POz4.VGfzitjMzwlU/q';

interface SeedOptions {
  /** All dates are relative to this. Two databases seeded with the same `now` hold the same. Default: the present. */
  readonly now?: Date;
}

/**
 * Fills an empty database with two customer accounts, their users, events, 60 days of activity, attendees, photos, reports,
 * notifications and an API key. A database that has a customer account is left as it is. Accounts are written last, so an
 * interrupted run is completed by the next one.
 */
export async function seedDemoData(db: Db, { now = new Date() }: SeedOptions = {}): Promise<'seeded' | 'left alone'> {
  if ((await db.collection('customerAccounts').findOne()) !== null) return 'left alone';
  const events = demoEvents(now);
  const activity = demoActivity(events, now);
  const attendees = demoAttendees(now);
  await write(db, 'users', demoUsers(now));
  await write(db, 'apiKeys', demoApiKeys(now));
  await write(db, 'events', events);
  await write(db, 'eventActivity', activity);
  await write(db, 'attendees', attendees);
  await write(db, 'photos', demoPhotos(now));
  await write(db, 'reports', demoReports({ events, activity, attendees }, now));
  await write(db, 'notifications', demoNotifications(events, now));
  await write(db, 'customerAccounts', demoAccounts(now));
  return 'seeded';
}

async function write<T extends { _id: ObjectId | string }>(
  db: Db,
  name: string,
  documents: OptionalUnlessRequiredId<T>[],
): Promise<void> {
  const collection = db.collection<{ _id: ObjectId | string }>(name);
  await collection.deleteMany({ _id: { $in: documents.map(({ _id }) => _id) } });
  await collection.insertMany(documents);
}

function demoAccounts(now: Date): AccountDocument[] {
  const createdAt = before(now, 400);
  return [
    {
      _id: DEMO_IDS.account,
      name: 'Harbour Events',
      plan: 'team',
      billingEmail: 'billing@example.com',
      timezone: 'Europe/Copenhagen',
      createdAt,
      updatedAt: createdAt,
    },
    {
      _id: DEMO_IDS.otherAccount,
      name: 'Northwind Meetups',
      plan: 'free',
      billingEmail: 'billing@example.net',
      timezone: 'America/New_York',
      createdAt,
      updatedAt: createdAt,
    },
  ];
}

function demoUsers(now: Date): UserDocument[] {
  const common = { passwordHash: DEMO_PASSWORD_HASH, createdAt: before(now, 390) };
  return [
    {
      _id: DEMO_IDS.organiser,
      email: 'organiser@example.com',
      fullName: 'Zoë Lindqvist',
      roles: ['organiser', 'member'],
      customerAccountId: DEMO_IDS.account,
      ...common,
    },
    {
      _id: DEMO_IDS.member,
      email: 'member@example.com',
      fullName: 'Sam Okafor',
      roles: ['member'],
      customerAccountId: DEMO_IDS.account,
      ...common,
    },
    {
      _id: DEMO_IDS.other,
      email: 'other@example.net',
      fullName: "Niamh O'Brien",
      roles: ['organiser'],
      customerAccountId: DEMO_IDS.otherAccount,
      ...common,
    },
  ];
}

function demoApiKeys(now: Date): ApiKeyDocument[] {
  return [
    {
      _id: demoId('abe0', 1),
      keyHash: createHash('sha256').update(DEMO_API_KEY).digest('hex'),
      name: 'Website calendar',
      customerAccountId: DEMO_IDS.account,
      createdAt: before(now, 200),
    },
  ];
}

function demoEvents(now: Date): EventDocument[] {
  return DEMO_EVENTS.map(({ account, startsInDays, hours, ...event }, index) => {
    const startsAt = new Date(startOfDay(now).getTime() + startsInDays * DAY_MS + 18 * 3_600_000);
    const createdAt = before(now, 120 - index);
    return {
      _id: DEMO_IDS.event(index + 1),
      customerAccountId: account === 'own' ? DEMO_IDS.account : DEMO_IDS.otherAccount,
      ...event,
      startsAt,
      endsAt: hours === null ? null : new Date(startsAt.getTime() + hours * 3_600_000),
      createdBy: account === 'own' ? DEMO_IDS.organiser : DEMO_IDS.other,
      createdAt,
      updatedAt: createdAt,
    };
  });
}

/**
 * 400 activities over the last 60 days, most of them views. Some fall exactly on midnight, where ranges begin and end. Every
 * fifth event has none.
 */
function demoActivity(events: readonly EventDocument[], now: Date): ActivityDocument[] {
  const random = seededRandom(60);
  const busy = events.filter((_event, index) => index % 5 !== 4);
  const types: readonly ActivityType[] = ['view', 'view', 'view', 'view', 'registration', 'registration', 'share'];
  return Array.from({ length: 400 }, (_, index) => {
    // Squared: the first events of the list are the popular ones.
    const event = pick(busy, random() ** 2);
    const daysAgo = Math.floor(random() * 60);
    const midnight = startOfDay(before(now, daysAgo));
    const inTheDay = index % 20 === 0 ? 0 : Math.floor(random() * DAY_MS);
    return {
      _id: demoId('ac70', index + 1),
      eventId: event._id,
      customerAccountId: event.customerAccountId,
      type: pick(types, random()),
      at: new Date(Math.min(midnight.getTime() + inTheDay, now.getTime())),
    };
  });
}

function demoNotifications(events: readonly EventDocument[], now: Date): NotificationDocument[] {
  return events.slice(0, 6).map((event, index) => ({
    _id: demoId('0af0', index + 1),
    customerAccountId: event.customerAccountId,
    type: index % 2 === 0 ? 'event.created' : 'event.updated',
    payload: { eventId: event._id.toHexString(), title: event.title, status: event.status },
    createdAt: before(now, 6 - index),
  }));
}
