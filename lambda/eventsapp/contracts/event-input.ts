import { fieldsOf, FieldFaults, isTextUpTo } from 'banyan-strangler/lambda';
import { EVENT_STATUSES, type EventJson, type EventStatus } from './events';

const MAX_TITLE = 200;
const MAX_DESCRIPTION = 5_000;
const MAX_TAGS = 20;
const MAX_TAG = 40;
const MAX_VENUE = 200;
const MAX_CAPACITY = 1_000_000;

/** A date with time and offset, so that it means one instant. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;
const NOT_AN_INSTANT = 'must be an ISO 8601 date and time with offset';

/** What a client may say of an event; everything else is ours. */
export interface EventInput {
  readonly title: string;
  readonly description: string;
  readonly status: EventStatus;
  readonly tags: readonly string[];
  readonly venue: string | null;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly capacity: number | null;
}

/** `POST /api/events`, and `PUT /api/events/:eventId` */
export interface WriteEventResponse {
  readonly event: EventJson;
}

/**
 * Reads a whole event. Only `title` and `startsAt` are required; unknown fields are ignored. The order of the checks is the
 * order of the messages that the client sees.
 *
 * @param body as Express's parsers give it
 * @throws ValidationError
 */
export function parseEventInput(body: unknown): EventInput {
  const given = fieldsOf(body);
  const faults = new FieldFaults();
  const title = parseTitle(given['title'], faults);
  const description = parseDescription(given['description'], faults);
  const status = parseStatus(given['status'], faults);
  const tags = parseTags(given['tags'], faults);
  const venue = parseVenue(given['venue'], faults);
  const startsAt = parseStart(given['startsAt'], faults);
  const endsAt = parseEnd(given['endsAt'], startsAt, faults);
  const capacity = parseCapacity(given['capacity'], faults);
  faults.throwIfAny();
  return {
    title,
    description,
    status,
    tags,
    venue,
    startsAt: startsAt ?? new Date(0),
    endsAt,
    capacity,
  };
}

function parseTitle(value: unknown, faults: FieldFaults): string {
  const title = typeof value === 'string' ? value.trim() : value;
  if (title === undefined || title === null || title === '') return faults.add('title', 'is required', '');
  if (isTextUpTo(title, MAX_TITLE)) return title;
  return faults.add('title', `must be text of at most ${MAX_TITLE} characters`, '');
}

/** Null is no text: only leaving it out means none. */
function parseDescription(value: unknown, faults: FieldFaults): string {
  if (value === undefined) return '';
  if (isTextUpTo(value, MAX_DESCRIPTION)) return value;
  return faults.add('description', `must be text of at most ${MAX_DESCRIPTION} characters`, '');
}

function parseStatus(value: unknown, faults: FieldFaults): EventStatus {
  const wanted = value === undefined ? 'draft' : value;
  const status = EVENT_STATUSES.find((known) => known === wanted);
  return status ?? faults.add<EventStatus>('status', `must be one of ${EVENT_STATUSES.join(', ')}`, 'draft');
}

/** Each tag counts once. */
function parseTags(value: unknown, faults: FieldFaults): readonly string[] {
  if (value === undefined) return [];
  const isTag = (tag: unknown): tag is string => isTextUpTo(tag, MAX_TAG) && tag !== '';
  if (Array.isArray(value) && value.length <= MAX_TAGS && value.every(isTag)) return [...new Set(value)];
  return faults.add('tags', `must be a list of up to ${MAX_TAGS} tags of at most ${MAX_TAG} characters`, []);
}

function parseVenue(value: unknown, faults: FieldFaults): string | null {
  if (value === undefined || value === null) return null;
  if (isTextUpTo(value, MAX_VENUE)) return value;
  return faults.add('venue', `must be text of at most ${MAX_VENUE} characters, or null`, null);
}

function parseStart(value: unknown, faults: FieldFaults): Date | undefined {
  if (value === undefined || value === null) return faults.add<Date | undefined>('startsAt', 'is required', undefined);
  return parseInstant(value) ?? faults.add<Date | undefined>('startsAt', NOT_AN_INSTANT, undefined);
}

function parseEnd(value: unknown, start: Date | undefined, faults: FieldFaults): Date | null {
  if (value === undefined || value === null) return null;
  const end = parseInstant(value);
  if (end === undefined) return faults.add('endsAt', `${NOT_AN_INSTANT}, or null`, null);
  if (start !== undefined && end < start) return faults.add('endsAt', 'must not be before startsAt', null);
  return end;
}

function parseCapacity(value: unknown, faults: FieldFaults): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_CAPACITY) return value;
  return faults.add('capacity', `must be a whole number from 0 to ${MAX_CAPACITY}, or null`, null);
}

function parseInstant(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
