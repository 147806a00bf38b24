import { asFields, isText, validated, type FieldErrors, type Validated } from '../validation';
import { ACTIVITY_TYPES, EVENT_STATUSES, type ActivityType, type EventInput } from './store';

const MAX_TITLE = 200;
const MAX_DESCRIPTION = 5_000;
const MAX_TAGS = 20;
const MAX_TAG = 40;
const MAX_VENUE = 200;
const MAX_CAPACITY = 1_000_000;

/** A date with time and offset, so that it means one instant: `2026-11-02T18:00:00Z`, `2026-11-02T18:00:00.000+01:00`. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Reads a whole event from a POST or PUT. Only `title` and `startsAt` are required; fields that clients may not set are ignored. */
export function validateEvent(body: unknown): Validated<EventInput> {
  const given = asFields(body);
  const { description = '', status = 'draft', tags = [], venue = null, endsAt = null, capacity = null } = given;
  const fields: FieldErrors = {};

  const title = typeof given['title'] === 'string' ? given['title'].trim() : given['title'];
  if (title === undefined || title === null || title === '') fields['title'] = 'is required';
  else if (!isText(title, MAX_TITLE)) fields['title'] = `must be text of at most ${MAX_TITLE} characters`;
  if (!isText(description, MAX_DESCRIPTION)) {
    fields['description'] = `must be text of at most ${MAX_DESCRIPTION} characters`;
  }
  const knownStatus = EVENT_STATUSES.find((known) => known === status);
  if (knownStatus === undefined) fields['status'] = `must be one of ${EVENT_STATUSES.join(', ')}`;
  const tagList = readTags(tags);
  if (tagList === undefined) {
    fields['tags'] = `must be a list of up to ${MAX_TAGS} tags of at most ${MAX_TAG} characters`;
  }
  if (venue !== null && !isText(venue, MAX_VENUE)) {
    fields['venue'] = `must be text of at most ${MAX_VENUE} characters, or null`;
  }
  const start = readInstant(given['startsAt']);
  if (given['startsAt'] === undefined || given['startsAt'] === null) fields['startsAt'] = 'is required';
  else if (start === undefined) fields['startsAt'] = 'must be an ISO 8601 date and time with offset';
  const end = endsAt === null ? null : readInstant(endsAt);
  if (end === undefined) fields['endsAt'] = 'must be an ISO 8601 date and time with offset, or null';
  else if (end !== null && start !== undefined && end < start) fields['endsAt'] = 'must not be before startsAt';
  if (capacity !== null && !isCapacity(capacity)) {
    fields['capacity'] = `must be a whole number from 0 to ${MAX_CAPACITY}, or null`;
  }

  return validated(fields, {
    title: isText(title, MAX_TITLE) ? title : '',
    description: isText(description, MAX_DESCRIPTION) ? description : '',
    status: knownStatus ?? 'draft',
    tags: tagList ?? [],
    venue: isText(venue, MAX_VENUE) ? venue : null,
    startsAt: start ?? new Date(0),
    endsAt: end ?? null,
    capacity: isCapacity(capacity) ? capacity : null,
  });
}

/** Reads `{ type }` of an activity. */
export function validateActivity(body: unknown): Validated<{ type: ActivityType }> {
  const { type } = asFields(body);
  const known = ACTIVITY_TYPES.find((candidate) => candidate === type);
  const fields: FieldErrors = known === undefined ? { type: `must be one of ${ACTIVITY_TYPES.join(', ')}` } : {};
  return validated(fields, { type: known ?? 'view' });
}

function readTags(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_TAGS) return undefined;
  const list: readonly unknown[] = value;
  const tags = list.filter((tag) => isText(tag, MAX_TAG) && tag !== '').map(String);
  return tags.length === list.length ? [...new Set(tags)] : undefined;
}

function readInstant(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function isCapacity(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_CAPACITY;
}
