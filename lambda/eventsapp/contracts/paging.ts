import type { FieldFaults } from 'banyan-strangler/lambda';

const MAX_PAGE = 100_000;
const MAX_LIMIT = 100;

/** Which part of a list is wanted. Pages are counted from 1. */
export interface Paging {
  readonly page: number;
  readonly limit: number;
}

/** Reads `page` (1 unless given) and `limit` (20) of a query. */
export function parsePaging(query: Readonly<Record<string, unknown>>, faults: FieldFaults): Paging {
  const page = parseCount(query['page'] ?? '1', MAX_PAGE);
  const limit = parseCount(query['limit'] ?? '20', MAX_LIMIT);
  return {
    page: page ?? faults.add('page', `must be a whole number from 1 to ${MAX_PAGE}`, 1),
    limit: limit ?? faults.add('limit', `must be a whole number from 1 to ${MAX_LIMIT}`, 1),
  };
}

function parseCount(value: unknown, max: number): number | undefined {
  const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : 0;
  return count >= 1 && count <= max ? count : undefined;
}
