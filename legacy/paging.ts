import type { FieldErrors } from './validation';

const MAX_PAGE = 100_000;
const MAX_LIMIT = 100;

/** Which part of a list a client asks for; pages are counted from 1. */
export interface Paging {
  readonly page: number;
  readonly limit: number;
}

/** Reads `page` and `limit` of a query; adds what is wrong with them to `fields`. */
export function readPaging(query: Readonly<Record<string, unknown>>, fields: FieldErrors): Paging {
  const page = readWholeNumber(query['page'] ?? '1', MAX_PAGE);
  if (page === undefined) fields['page'] = `must be a whole number from 1 to ${MAX_PAGE}`;
  const limit = readWholeNumber(query['limit'] ?? '20', MAX_LIMIT);
  if (limit === undefined) fields['limit'] = `must be a whole number from 1 to ${MAX_LIMIT}`;
  return { page: page ?? 1, limit: limit ?? 1 };
}

function readWholeNumber(value: unknown, max: number): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,9}$/.test(value)) return undefined;
  const number = Number(value);
  return number >= 1 && number <= max ? number : undefined;
}
