import { guardSettings } from '../../proxy/route-table/guard-settings';
import { parseSegments, type Route } from '../../proxy/route-table/route';

/** A route as loading `routes.yml` makes it, with what a test does not care about filled in. */
export function routeWith(given: Partial<Route>): Route {
  const path = given.path ?? '/api/events/:eventId';
  return {
    id: 'get-event',
    method: 'GET',
    path,
    stage: 'lambda',
    percent: 0,
    climb: undefined,
    auth: 'required',
    isSafe: true,
    shadow: undefined,
    fallbackStatuses: new Set([502, 503, 504]),
    guard: guardSettings(),
    recordSample: 0,
    timeout: undefined,
    maxBodyBytes: 102_400,
    unless: [],
    isLifted: false,
    accounts: new Map(),
    ownAccounts: [],
    segments: parseSegments(path),
    line: 1,
    ...given,
  };
}
