import { compileExpressPath } from '../route-table/match';

/** What a route is found by. */
export interface RouteKey {
  /** Upper case; `ALL` for any. */
  readonly method: string;
  readonly path: string;
}

const REMEMBERED = 50_000;

/** Finds the route that answers a request: the first that matches, as Express has it. HEAD is asked for as GET. */
export function routeFinder<T extends RouteKey>(routes: readonly T[]): (method: string, path: string) => T | undefined {
  const compiled = routes.map((route) => ({ route, regexp: compile(route.path) }));
  const known = new Map<string, T | undefined>();
  return (method, path) => {
    const key = `${method} ${path}`;
    if (known.has(key)) return known.get(key);
    const found = compiled.find(
      ({ route, regexp }) => (route.method === method || route.method === 'ALL') && regexp?.test(path),
    )?.route;
    if (known.size < REMEMBERED) known.set(key, found);
    return found;
  };
}

/** Express 5's spelling as Express 4 would have it. */
function compile(path: string): RegExp | undefined {
  try {
    const written = /^\/(\^.*)\/([a-z]*)$/.exec(path);
    if (written !== null) return new RegExp(written[1] ?? '', written[2]);
    return compileExpressPath(path.replace(/\{\/:(\w+)\}/g, '/:$1?').replace(/\*\w+/g, '*'));
  } catch {
    return undefined;
  }
}
