import { isMap, isSeq, parseDocument } from 'yaml';

/**
 * A route table with 100 % of every route on Lambda, for end-to-end tests. Without fallback and guard: legacy would answer for a function that fails,
 * and the tests would pass.
 *
 * @param table text of proxy/routes.yml
 */
export function allOnLambda(table: string): string {
  const document = parseDocument(table);
  const routes = document.get('routes');
  for (const route of isSeq(routes) ? routes.items : []) {
    if (!isMap(route) || route.get('stage') === 'retired') continue;
    for (const key of ['percent', 'canary', 'shadow']) route.delete(key);
    for (const [key, value] of Object.entries({ stage: 'lambda', fallback: false, guard: false }))
      route.set(key, value);
  }
  return document.toString();
}
