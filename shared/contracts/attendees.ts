import { parsePaging, type Paging } from './paging';
import { fieldsOf, FieldFaults, isTextUpTo } from './validation';

const MAX_NAME = 100;
const MAX_EMAIL = 254;

export type AttendeeStatus = 'registered' | 'cancelled';

/** An attendee as clients see it. The order of the keys is part of the contract. */
export interface AttendeeJson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly status: AttendeeStatus;
  readonly createdAt: string;
}

/** `GET /api/events/:eventId/attendees` */
export interface ListAttendeesResponse {
  readonly attendees: readonly AttendeeJson[];
  readonly page: number;
  readonly limit: number;
  /** Of all pages. */
  readonly total: number;
}

/** What a client says of a new attendee; the email is in lower case. */
export interface AttendeeInput {
  readonly name: string;
  readonly email: string;
}

/** `POST /api/events/:eventId/attendees` */
export interface AddAttendeeResponse {
  readonly attendee: AttendeeJson;
}

/** @throws ValidationError */
export function parseListAttendeesQuery(query: Readonly<Record<string, unknown>>): Paging {
  const faults = new FieldFaults();
  const paging = parsePaging(query, faults);
  faults.throwIfAny();
  return paging;
}

/**
 * Reads `{ name, email }`; unknown fields are ignored.
 *
 * @param body as Express's parsers give it
 * @throws ValidationError
 */
export function parseAttendeeInput(body: unknown): AttendeeInput {
  const given = fieldsOf(body);
  const faults = new FieldFaults();
  const name = required(given['name'], 'name', faults);
  if (name !== undefined && !isTextUpTo(name, MAX_NAME)) {
    faults.add('name', `must be text of at most ${MAX_NAME} characters`, undefined);
  }
  const email = required(given['email'], 'email', faults);
  if (email !== undefined && !isEmail(email)) faults.add('email', 'must be an email address', undefined);
  faults.throwIfAny();
  return { name: String(name), email: String(email).toLowerCase() };
}

/** The value without the space around it; undefined, and a fault, when there is none. */
function required(value: unknown, field: string, faults: FieldFaults): unknown {
  const trimmed = typeof value === 'string' ? value.trim() : value;
  const missing = trimmed === undefined || trimmed === null || trimmed === '';
  return missing ? faults.add(field, 'is required', undefined) : trimmed;
}

function isEmail(value: unknown): value is string {
  return isTextUpTo(value, MAX_EMAIL) && /^[^\s@]+@[^\s@]+$/.test(value);
}
