import { BanyanError } from '../../../shared/errors';
import { shapeOf, takes } from '../../inventory/app-routes';
import type { AppRoute } from '../../inventory/inventory';

const SHOWN = 5;

/** A route of the app as a command names it. */
export interface Requested {
  readonly method: string;
  /** As the app writes it. */
  readonly path: string;
  readonly route: AppRoute;
}

/**
 * Finds `GET /api/notes/:noteId` among the app's routes; names of parameters make no difference. Pure.
 *
 * @throws BanyanError `usage` for another form, `unknown_route` that lists the closest ones
 */
export function findRequested(text: string, routes: readonly AppRoute[]): Requested {
  const [, method = '', path = ''] = /^\s*([a-z]+)\s+(\/\S*)\s*$/i.exec(text) ?? [];
  if (path === '')
    throw new BanyanError(
      `${JSON.stringify(text)} is not a route; expected method and path, such as 'GET /items/:id'`,
      {
        code: 'usage',
      },
    );
  const wanted = method.toUpperCase();
  const ofShape = routes.filter((route) => shapeOf(route.path) === shapeOf(path));
  const route = ofShape.find((one) => one.method === wanted) ?? ofShape.find((one) => one.method === 'ALL');
  if (route !== undefined && wanted !== 'ALL') return { method: wanted, path: route.path, route };
  const closest = closestRoutes(wanted, path, routes).map((one) => `  ${one.method} ${one.path}`);
  const list = closest.length === 0 ? ['it has no routes'] : ['closest are:', ...closest];
  throw new BanyanError(
    [`the monolith has no route ${wanted} ${path} (all of them: banyan routes)`, ...list].join('\n'),
    {
      code: 'unknown_route',
    },
  );
}

function closestRoutes(method: string, path: string, routes: readonly AppRoute[]): readonly AppRoute[] {
  const scored = routes.map((route) => ({
    route,
    score:
      (takes(route.path, path) ? 2 : 0) +
      similarity(shapeOf(route.path), shapeOf(path)) +
      (route.method === method ? 0.25 : 0),
  }));
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, SHOWN)
    .map(({ route }) => route);
}

/** Share of pairs of letters that both have (Dice). */
function similarity(a: string, b: string): number {
  const pairs = (text: string): string[] => Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2));
  const [of, left] = [pairs(`${a}/`), pairs(`${b}/`)];
  const total = of.length + left.length;
  let common = 0;
  for (const pair of of) {
    const at = left.indexOf(pair);
    if (at === -1) continue;
    common += 1;
    left.splice(at, 1);
  }
  return (2 * common) / total;
}
