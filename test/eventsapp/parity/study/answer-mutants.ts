import {
  headerOf,
  inLists,
  inMembers,
  inObjects,
  inText,
  inTexts,
  mapHeader,
  renamed,
  whenStatus,
  withBody,
  type Mutant,
} from './mutant';

const status = (from: number, to: number): Mutant => ({
  name: `${to} instead of ${from}`,
  answer: whenStatus(from, (answer) => ({ ...answer, statusCode: to })),
});
const plusOne = (value: unknown): unknown => (typeof value === 'number' ? value + 1 : value);

/** Ordinary slips of whoever writes a function anew. */
export const ANSWER_MUTANTS: readonly Mutant[] = [
  { name: 'a field renamed', answer: renamed('title', 'name') },
  { name: 'a field renamed in one place only', answer: renamed('registrations', 'registration') },
  {
    name: 'a field left out',
    answer: inObjects((object) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== 'venue'))),
  },
  { name: 'a field too many', answer: inObjects((object) => ('id' in object ? { ...object, __v: 0 } : object)) },
  {
    name: 'a number as a text',
    answer: inMembers(['capacity', 'limit', 'size'], (value) => (typeof value === 'number' ? String(value) : value)),
  },
  { name: 'null as an empty text', answer: inMembers(['venue', 'endsAt', 'finishedAt'], (value) => value ?? '') },
  { name: 'a list in reverse', answer: inLists((list) => [...list].reverse()) },
  {
    name: 'lists of texts sorted',
    answer: inLists((list) => (list.every((one) => typeof one === 'string') ? [...list].sort() : list)),
  },
  { name: 'a page that begins one too late', answer: inLists((list) => (list.length > 1 ? list.slice(1) : list)) },
  { name: 'a page that ends one too early', answer: inLists((list) => (list.length > 1 ? list.slice(0, -1) : list)) },
  { name: 'the last element twice', answer: inLists((list) => [...list, ...list.slice(-1)]) },
  { name: 'a total that is one too high', answer: inMembers(['total'], plusOne) },
  {
    name: 'page numbers from zero',
    answer: inMembers(['page'], (page) => (typeof page === 'number' ? page - 1 : page)),
  },
  { name: 'counts that are one too high', answer: inMembers(['views'], plusOne) },
  { name: 'totals of nothing', answer: inMembers(['totals'], () => ({ views: 0, registrations: 0, shares: 0 })) },
  {
    name: 'weeks of another calendar',
    answer: inMembers(['period'], (period) =>
      typeof period === 'string'
        ? period.replace(/W(\d\d)$/, (_all, week: string) => `W${String(Number(week) - 1).padStart(2, '0')}`)
        : period,
    ),
  },
  { name: 'texts trimmed', answer: inTexts((text) => text.trim().replaceAll(/\s+/g, ' ')) },
  { name: 'HTML escaped in JSON', answer: inTexts((text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')) },
  { name: 'accents decomposed', answer: inTexts((text) => text.normalize('NFD')) },
  {
    name: 'ids in capitals',
    answer: inMembers(['id', 'eventId', 'createdBy'], (id) => (typeof id === 'string' ? id.toUpperCase() : id)),
  },
  {
    name: 'times in another zone',
    answer: inMembers(['startsAt'], (time) =>
      typeof time === 'string' && !Number.isNaN(Date.parse(time))
        ? new Date(Date.parse(time) + 3_600_000).toISOString()
        : time,
    ),
  },
  {
    name: 'an answer without its envelope',
    answer: inText((text) => text.replace(/^\{"event":(.*)\}$/s, '$1'), /json/),
  },
  {
    name: 'an error in other words',
    answer: inMembers(['error'], (error) => (error === 'Validation failed' ? 'Invalid request' : error)),
  },
  {
    name: 'only the first faulty field is reported',
    answer: inMembers(['fields'], (fields) =>
      typeof fields === 'object' && fields !== null ? Object.fromEntries(Object.entries(fields).slice(0, 1)) : fields,
    ),
  },
  {
    name: 'a message without its number',
    answer: inMembers(['limit', 'filter.status', 'page'], (text) => (typeof text === 'string' ? 'is not valid' : text)),
  },
  { name: 'a broken accent', answer: inText((text) => Buffer.from(text, 'utf8').toString('latin1')) },
  { name: 'an empty body', answer: whenStatus(200, (answer) => withBody(answer, Buffer.alloc(0))) },
  {
    name: 'another page for 404',
    answer: inText(
      (text) => text.replace('<title>Error</title>', '<title>Not found</title>').replace('Cannot', 'Could not'),
      /html/,
    ),
  },
  {
    name: 'a body for 204',
    answer: whenStatus(204, (answer) => ({
      ...answer,
      statusCode: 200,
      headers: [...answer.headers, ['content-type', 'application/json']],
      body: Buffer.from('{}'),
    })),
  },
  {
    name: 'a header twice',
    answer: (answer) => ({ ...answer, headers: [...answer.headers, ['X-Powered-By', 'Express']] }),
  },
  { name: 'Vary in addition', answer: (answer) => ({ ...answer, headers: [...answer.headers, ['Vary', 'Origin']] }) },
  {
    name: 'JSON said to be HTML',
    answer: (answer) =>
      mapHeader(answer, 'content-type', (type) => (type.includes('json') ? 'text/html; charset=utf-8' : type)),
  },
  {
    name: 'an ETag with a suffix',
    answer: (answer) => mapHeader(answer, 'etag', (tag) => tag.replace(/"$/, '-gzip"')),
  },
  {
    name: 'a photo cut off',
    answer: (answer) =>
      /image\//.test(headerOf(answer, 'content-type') ?? '') ? withBody(answer, answer.body.subarray(0, -1)) : answer,
  },
  status(201, 200),
  status(202, 200),
  status(404, 400),
  status(409, 400),
  status(400, 422),
  status(413, 400),
];
