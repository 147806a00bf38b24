import { FieldFaults, isFields } from 'banyan-strangler/lambda';
import { parsePaging } from './paging';

export const EVENT_STATUSES = ['draft', 'published', 'cancelled'] as const;
const SORTS = ['startsAt', '-startsAt', 'title', '-title', 'createdAt', '-createdAt'] as const;
const MAX_TEXT = 200;
const MAX_TAGS = 20;

export type EventStatus = (typeof EVENT_STATUSES)[number];
export type EventSort = (typeof SORTS)[number];

/** An event as clients see it: ids in hex, dates in ISO 8601, absent values null. The order of the keys is part of the contract. */
export interface EventJson {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly status: EventStatus;
  readonly tags: readonly string[];
  readonly venue: string | null;
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly capacity: number | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** `GET /api/events/:eventId` */
export interface GetEventResponse {
  readonly event: EventJson;
}

/** `GET /api/events`: which events, in what order, which page. */
export interface ListEventsQuery {
  readonly status: EventStatus | undefined;
  /** Events with any of these. */
  readonly tags: readonly string[] | undefined;
  /** Part of the title, in any case. */
  readonly q: string | undefined;
  readonly sort: EventSort;
  readonly page: number;
  readonly limit: number;
}

/** `GET /api/events` */
export interface ListEventsResponse {
  readonly events: readonly EventJson[];
  readonly page: number;
  readonly limit: number;
  /** Of all pages. */
  readonly total: number;
}

/**
 * Reads the query of `GET /api/events`. Only text and lists of text pass, because an object would become an operator of the
 * database query. Unknown parameters are ignored.
 *
 * @param query as Express's extended parser gives it
 * @throws ValidationError
 */
export function parseListEventsQuery(query: Readonly<Record<string, unknown>>): ListEventsQuery {
  const faults = new FieldFaults();
  const filter = parseFilter(query['filter'], faults);
  const sort = SORTS.find((known) => known === (query['sort'] ?? 'startsAt'));
  const parsed = {
    ...filter,
    sort: sort ?? faults.add('sort', `must be one of ${SORTS.join(', ')}`, 'startsAt' as const),
    ...parsePaging(query, faults),
  };
  faults.throwIfAny();
  return parsed;
}

type Filter = Pick<ListEventsQuery, 'status' | 'tags' | 'q'>;

function parseFilter(value: unknown, faults: FieldFaults): Filter {
  const none: Filter = { status: undefined, tags: undefined, q: undefined };
  if (value === undefined) return none;
  if (!isFields(value)) return faults.add('filter', 'must be given as filter[name]=value', none);
  const { status, tags, q } = value;
  return {
    status: status === undefined ? undefined : parseStatus(status, faults),
    tags: tags === undefined ? undefined : parseTags(tags, faults),
    q: q === undefined ? undefined : parseText(q, faults),
  };
}

function parseStatus(value: unknown, faults: FieldFaults): EventStatus | undefined {
  const status = EVENT_STATUSES.find((known) => known === value);
  return (
    status ??
    faults.add<EventStatus | undefined>('filter.status', `must be one of ${EVENT_STATUSES.join(', ')}`, undefined)
  );
}

function parseTags(value: unknown, faults: FieldFaults): readonly string[] | undefined {
  const tags: readonly unknown[] = Array.isArray(value) ? value : [value];
  const fit = tags.length > 0 && tags.length <= MAX_TAGS && tags.every(isTag);
  return fit
    ? tags
    : faults.add<readonly string[] | undefined>('filter.tags', `must be a tag or up to ${MAX_TAGS} tags`, undefined);
}

/** Empty text filters nothing. NUL is refused because MongoDB refuses a regular expression that holds one. */
function parseText(value: unknown, faults: FieldFaults): string | undefined {
  if (typeof value === 'string' && value.length <= MAX_TEXT && !value.includes('\0')) return value || undefined;
  return faults.add<string | undefined>('filter.q', `must be text of at most ${MAX_TEXT} characters`, undefined);
}

function isTag(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
}
