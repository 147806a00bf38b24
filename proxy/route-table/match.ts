import pathToRegexp from 'path-to-regexp';
import type { Route } from './route';

/** Finds the route of a request, or undefined when none is listed. `pathname` is raw: neither decoded nor normalised. */
export type Matcher = (method: string, pathname: string) => Route | undefined;

interface Listed {
  readonly route: Route;
  readonly position: number;
}

interface Node {
  readonly statics: Map<string, Node>;
  param: Node | undefined;
  listed: Listed | undefined;
}

/**
 * Compiles routes into a matcher that follows Express 4 (path-to-regexp 0.1.13, `strict` and `case sensitive routing`
 * off): case-insensitive, one trailing slash allowed, whole segments only, first listed wins, HEAD follows GET.
 *
 * Routes of static and `:param` segments stand in a tree, so a look-up costs the depth of the path, not the number of
 * routes. Other Express patterns are tried one by one, by Express's own compiler.
 */
export function createMatcher(routes: readonly Route[]): Matcher {
  const trees = new Map<string, Node>();
  const patterns: (Listed & { readonly regexp: RegExp })[] = [];

  routes.forEach((route, position) => {
    if (route.segments === undefined) {
      patterns.push({ route, position, regexp: compileExpressPath(route.path) });
      return;
    }
    let node = getOrCreate(trees, route.method);
    for (const segment of route.segments) {
      node =
        segment.kind === 'static' ? getOrCreate(node.statics, segment.text.toLowerCase()) : (node.param ??= newNode());
    }
    node.listed ??= { route, position };
  });

  return (method, pathname) => {
    const listedMethod = method === 'HEAD' ? 'GET' : method;
    const tree = trees.get(listedMethod);
    let found = tree === undefined ? undefined : findFirst(tree, segmentsOf(pathname), 0);
    for (const pattern of patterns) {
      if (found !== undefined && found.position < pattern.position) break;
      if (pattern.route.method === listedMethod && pattern.regexp.test(pathname)) {
        found = pattern;
        break;
      }
    }
    return found?.route;
  };
}

/** Express 4's own compiler, for other patterns than static and `:param`. Throws SyntaxError for no regular expression. */
export function compileExpressPath(path: string): RegExp {
  return pathToRegexp(path, [], { sensitive: false, strict: false, end: true });
}

/** `/a/b` and `/a/b/` give `['a', 'b']`; anything that no listed path can match gives an empty segment, which nothing accepts. */
function segmentsOf(pathname: string): readonly string[] {
  if (pathname === '/') return [];
  return pathname.slice(1, pathname.endsWith('/') ? -1 : undefined).split('/');
}

function findFirst(node: Node, segments: readonly string[], depth: number): Listed | undefined {
  const segment = segments[depth];
  if (segment === undefined) return node.listed;
  if (segment === '') return undefined;
  const child = node.statics.get(segment.toLowerCase());
  const byStatic = child && findFirst(child, segments, depth + 1);
  const byParam = node.param && findFirst(node.param, segments, depth + 1);
  if (byStatic === undefined || byParam === undefined) return byStatic ?? byParam;
  return byStatic.position < byParam.position ? byStatic : byParam;
}

function getOrCreate(nodes: Map<string, Node>, key: string): Node {
  const existing = nodes.get(key);
  if (existing !== undefined) return existing;
  const created = newNode();
  nodes.set(key, created);
  return created;
}

function newNode(): Node {
  return { statics: new Map(), param: undefined, listed: undefined };
}
