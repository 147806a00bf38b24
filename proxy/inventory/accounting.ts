import type { Route } from '../route-table/route';
import { findAppRoute, type KeptRoute } from './app-routes';
import type { Middleware } from './inventory';

/** What a moved route would lose without a word. */
export interface Unaccounted {
  readonly text: string;
  readonly remedy: string;
}

/**
 * The middleware in front of a route on the monolith that is neither reproduced by its function nor dropped on purpose, as far as routes.yml says. A lifted
 * function runs the app's own. Pure.
 *
 * @param routes of the app; undefined: not known
 * @returns undefined when all is accounted for
 */
export function unaccounted(route: Route, routes: readonly KeptRoute[] | undefined): Unaccounted | undefined {
  if (route.isLifted) return undefined;
  if (routes === undefined)
    return {
      text: 'its middleware on the monolith is unknown: there is no app-routes.json',
      remedy: 'banyan routes --write',
    };
  const found = findAppRoute(route, routes);
  if (found === undefined)
    return {
      text: `the monolith has no ${route.method} ${route.path}`,
      remedy: 'correct match, or run banyan routes --write if app-routes.json is older than the route',
    };
  const missing = found.middleware.filter(({ name }) => (route.accounts.get(name) ?? 'todo') === 'todo');
  return missing.length === 0
    ? undefined
    : {
        text: `middleware of the monolith that is not accounted for: ${missing.map(describeMiddleware).join(', ')}`,
        remedy: `under middleware in routes.yml: ${missing.map(({ name }) => name).join(', ')}, each reproduced or { dropped: why }; or lifted: true`,
      };
}

/** What routes.yml accounts for although the monolith has it not in front of the route. Pure. */
export function outdatedAccounts({ ownAccounts }: Route, found: KeptRoute): readonly string[] {
  return ownAccounts.filter((name) => !found.middleware.some((one) => one.name === name));
}

/** `requireUser (router, lib/access.js:2)`. */
export const describeMiddleware = ({ name, level, place }: Middleware): string => `${name} (${level}, ${place})`;
