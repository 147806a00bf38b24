import { parse } from 'qs';

/** A query string with the nested objects and arrays of qs. */
export interface Query {
  readonly [name: string]: string | Query | readonly (string | Query)[] | undefined;
}

/** What Express 4 passes to qs for its default, extended query parser (express/lib/utils.js). */
const EXPRESS_OPTIONS = { allowPrototypes: true, arrayLimit: 1000 } as const;

/**
 * Gives `req.query` as Express 4's extended parser would: nested objects, arrays, repeated names.
 *
 * API Gateway has split and decoded the query string, so it is encoded again and handed to the same parser. What cannot
 * be recovered: the order between different names (it matters only where `a=1` and `a[b]=2` merge, or beyond 1,000
 * parameters) and an unencoded `=` inside brackets or after `]`.
 * @param parameters `multiValueQueryStringParameters`; null when there was no query
 */
export function parseQuery(parameters: Readonly<Record<string, readonly string[] | undefined>> | null): Query {
  const pairs = Object.entries(parameters ?? {}).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  return parse(new URLSearchParams(pairs).toString(), EXPRESS_OPTIONS);
}
