import type { Route } from './api';

export interface RouteMatch {
  readonly route: Route;
  /** Raw, as they stand in the path: REST APIs do not decode them. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The method that answers a request, or undefined. `path` is raw and without the stage. */
export type Router = (method: string, path: string) => RouteMatch | undefined;

interface Candidate {
  readonly route: Route;
  readonly segments: readonly string[];
}

/**
 * Chooses by resource and method together: among the resources that match the path and have the method (or ANY), the
 * most specific wins, segment by segment from the left: literal before `{parameter}` before `{proxy+}`; the method
 * itself before ANY. Paths are case-sensitive.
 *
 * That a resource without the method leaves the request to a less specific one was measured by others on API Gateway
 * (ministack#1423). About a slash at the end sources disagree: see the README; here it is refused.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html
 */
export function createRouter(routes: readonly Route[]): Router {
  const candidates: readonly Candidate[] = routes
    .map((route) => ({ route, segments: segmentsOf(route.path) }))
    .sort(bySpecificity);
  return (method, path) => {
    const actual = segmentsOf(path);
    for (const { route, segments } of candidates) {
      if (route.method !== method && route.method !== 'ANY') continue;
      const pathParameters = matchSegments(segments, actual);
      if (pathParameters) return { route, pathParameters };
    }
    return undefined;
  };
}

/** The root has no segments; `/a/` has a second, empty one. */
function segmentsOf(path: string): string[] {
  return path === '/' ? [] : path.slice(1).split('/');
}

function matchSegments(segments: readonly string[], actual: readonly string[]): Record<string, string> | undefined {
  const parameters: [string, string][] = [];
  for (const [index, segment] of segments.entries()) {
    const value = actual[index];
    // An empty segment is no value: `/a//b` and `/a/` do not match a parameter.
    if (value === undefined || value === '') return undefined;
    if (segment.endsWith('+}')) {
      parameters.push([segment.slice(1, -2), actual.slice(index).join('/').replace(/\/$/, '')]);
      return Object.fromEntries(parameters);
    }
    if (segment.startsWith('{')) parameters.push([segment.slice(1, -1), value]);
    else if (segment !== value) return undefined;
  }
  return actual.length === segments.length ? Object.fromEntries(parameters) : undefined;
}

function bySpecificity(left: Candidate, right: Candidate): number {
  const length = Math.max(left.segments.length, right.segments.length);
  for (let index = 0; index < length; index += 1) {
    const difference = rank(left.segments[index]) - rank(right.segments[index]);
    if (difference !== 0) return difference;
  }
  return Number(left.route.method === 'ANY') - Number(right.route.method === 'ANY');
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3;
  if (segment.endsWith('+}')) return 2;
  return segment.startsWith('{') ? 1 : 0;
}
