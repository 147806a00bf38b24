import { readPaging, type Paging } from '../paging';
import { asFields, isText, validated, type FieldErrors, type Validated } from '../validation';
import type { AttendeeInput } from './store';

const MAX_NAME = 100;
const MAX_EMAIL = 254;

/** Reads `page` and `limit`. Unknown parameters are ignored. */
export function validateAttendeeList(query: unknown): Validated<Paging> {
  const fields: FieldErrors = {};
  return validated(fields, readPaging(asFields(query), fields));
}

/** Reads `{ name, email }` of a new attendee; fields that clients may not set are ignored. */
export function validateAttendee(body: unknown): Validated<AttendeeInput> {
  const given = asFields(body);
  const fields: FieldErrors = {};
  const name = trimmed(given['name']);
  if (isMissing(name)) fields['name'] = 'is required';
  else if (!isText(name, MAX_NAME)) fields['name'] = `must be text of at most ${MAX_NAME} characters`;
  const email = trimmed(given['email']);
  if (isMissing(email)) fields['email'] = 'is required';
  else if (!isEmail(email)) fields['email'] = 'must be an email address';
  return validated(fields, {
    name: isText(name, MAX_NAME) ? name : '',
    email: isEmail(email) ? email.toLowerCase() : '',
  });
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isEmail(value: unknown): value is string {
  return isText(value, MAX_EMAIL) && /^[^\s@]+@[^\s@]+$/.test(value);
}
