import { readPaging } from '../paging';
import { asFields, isFields, isText, validated, type FieldErrors, type Validated } from '../validation';
import { EVENT_STATUSES, type EventListQuery } from './store';

const SORTS = ['startsAt', '-startsAt', 'title', '-title', 'createdAt', '-createdAt'] as const;
const SORT_FIELDS = ['startsAt', 'title', 'createdAt'] as const;
const MAX_TAGS = 20;
const MAX_TEXT = 200;

/**
 * Reads `filter[status]`, `filter[tags][]`, `filter[q]`, `sort`, `page` and `limit`. Whatever the query parser made of the
 * brackets, only text and lists of text pass: an object would become an operator inside the database query. Unknown
 * parameters are ignored.
 */
export function validateEventList(query: unknown): Validated<EventListQuery> {
  const { filter, sort = 'startsAt' } = asFields(query);
  const fields: FieldErrors = {};
  if (filter !== undefined && !isFields(filter)) fields['filter'] = 'must be given as filter[name]=value';
  const { status, tags, q } = asFields(filter);

  const knownStatus = EVENT_STATUSES.find((known) => known === status);
  if (status !== undefined && knownStatus === undefined) {
    fields['filter.status'] = `must be one of ${EVENT_STATUSES.join(', ')}`;
  }
  const tagList = tags === undefined ? undefined : readTags(tags);
  if (tags !== undefined && tagList === undefined) fields['filter.tags'] = `must be a tag or up to ${MAX_TAGS} tags`;
  // NUL: MongoDB refuses a regular expression that holds one.
  const qIsFit = isText(q, MAX_TEXT) && !q.includes('\0');
  if (q !== undefined && !qIsFit) fields['filter.q'] = `must be text of at most ${MAX_TEXT} characters`;

  const knownSort = SORTS.find((known) => known === sort);
  if (knownSort === undefined) fields['sort'] = `must be one of ${SORTS.join(', ')}`;
  const paging = readPaging(asFields(query), fields);

  return validated(fields, {
    ...(knownStatus === undefined ? {} : { status: knownStatus }),
    ...(tagList === undefined ? {} : { tags: tagList }),
    ...(qIsFit && q !== '' ? { q } : {}),
    sort: {
      field: SORT_FIELDS.find((field) => knownSort?.endsWith(field)) ?? 'startsAt',
      direction: knownSort?.startsWith('-') ? -1 : 1,
    },
    ...paging,
  });
}

function readTags(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const tags = list.filter((tag) => isText(tag, MAX_TEXT) && tag !== '').map(String);
  return tags.length === list.length && list.length > 0 && list.length <= MAX_TAGS ? tags : undefined;
}
