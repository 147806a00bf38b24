import { compileExpressPath, type Matcher } from './match';
import { parseSegments, type Route } from './route';

/** A listed route that no request ever reaches, because an earlier one takes all of its requests. */
export interface ShadowedRoute {
  readonly route: Route;
  readonly by: Route;
}

/** What stands for a parameter's value when a regular expression is tried on a path. */
const SAMPLES = ['7', 'a-b_c', '%20~'];

/**
 * Finds routes such as `GET /events/special` listed after `GET /events/:eventId`. First listed wins, here as in
 * Express; API Gateway would prefer the literal path.
 *
 * A route is shadowed when its own path is answered by an earlier one. No static segment holds a colon, so a parameter
 * of that path is taken by parameters only. Of an earlier path with a regular expression only samples are tried; of a
 * later one, only `:name(...)` is understood.
 */
export function findShadowed(routes: readonly Route[], match: Matcher): readonly ShadowedRoute[] {
  const positions = new Map(routes.map((route, position) => [route, position]));
  const positionOf = (route: Route): number => positions.get(route) ?? 0;
  return routes.flatMap((route) => {
    const path = route.path.replace(/:(\w+)\([^()/]*\)(?=\/|$)/g, ':$1');
    if (parseSegments(path) === undefined) return [];
    const by = match(route.method, path);
    // Its own regular expression may refuse the placeholder, so that a later route, or none, answers.
    if (by === undefined || positionOf(by) >= positionOf(route)) return [];
    return by.segments !== undefined || takesSamples(by, path) ? [{ route, by }] : [];
  });
}

function takesSamples(by: Route, path: string): boolean {
  const regexp = compileExpressPath(by.path);
  return SAMPLES.every((sample) => regexp.test(path.replace(/:\w+/g, sample)));
}

/** One line for logs and reports, with the places in the file. */
export function describeShadowed({ route, by }: ShadowedRoute, file: string): string {
  return `${file}:${route.line} route "${route.id}" (${route.method} ${route.path}) is never reached: "${by.id}" (${by.path}) in line ${by.line} matches its requests first; list "${route.id}" above it`;
}
