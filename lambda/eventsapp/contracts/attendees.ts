import { fieldsOf, FieldFaults } from 'banyan-strangler/lambda';
import { parsePaging, type Paging } from './paging';

const MAX_NAME = 100;
const MAX_EMAIL = 254;
const NOT_A_NAME = `must be text of at most ${MAX_NAME} characters`;

export type AttendeeStatus = 'registered' | 'cancelled';

/** An attendee as clients see it. The order of the keys is part of the contract. */
export interface AttendeeJson {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly status: AttendeeStatus;
  /** As it is stored: JSON writes a Date in ISO 8601, and leaves out what an old document does not have, as on the monolith. */
  readonly createdAt: Date;
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
  const name = parseText(given['name'], isName);
  if (name === undefined) faults.add('name', missing(given['name']) ?? NOT_A_NAME, '');
  const email = parseText(given['email'], isEmail);
  if (email === undefined) faults.add('email', missing(given['email']) ?? 'must be an email address', '');
  faults.throwIfAny();
  return { name: name ?? '', email: email?.toLowerCase() ?? '' };
}

/** The text without the space around it, if it is fit. */
function parseText(value: unknown, isFit: (text: string) => boolean): string | undefined {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed !== '' && isFit(trimmed) ? trimmed : undefined;
}

function missing(value: unknown): string | undefined {
  const nothing = value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
  return nothing ? 'is required' : undefined;
}

function isName(text: string): boolean {
  return text.length <= MAX_NAME;
}

function isEmail(text: string): boolean {
  return text.length <= MAX_EMAIL && /^[^\s@]+@[^\s@]+$/.test(text);
}
