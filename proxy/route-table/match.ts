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
 * Routes of static and `:param` segments are kept in a tree, so a look-up costs the depth of the path, not the number of
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
    let found = tree === undefined ? undefined : findInTree(tree, pathname);
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

/** `/a/b` and `/a/b/` are the same; an empty segment is accepted by nothing. */
function findInTree(tree: Node, pathname: string): Listed | undefined {
  if (!pathname.startsWith('/')) return undefined;
  return findFirst(tree, pathname, 0, pathname.endsWith('/') ? pathname.length - 1 : pathname.length);
}

/** @param slash before the segment that is next; at `end` there is none */
function findFirst(node: Node, pathname: string, slash: number, end: number): Listed | undefined {
  if (slash >= end) return node.listed;
  const next = pathname.indexOf('/', slash + 1);
  const segmentEnd = next < 0 || next > end ? end : next;
  if (segmentEnd === slash + 1) return undefined;
  const child = node.statics.size === 0 ? undefined : staticChild(node, pathname.slice(slash + 1, segmentEnd));
  const byStatic = child && findFirst(child, pathname, segmentEnd, end);
  const byParam = node.param && findFirst(node.param, pathname, segmentEnd, end);
  if (byStatic === undefined || byParam === undefined) return byStatic ?? byParam;
  return byStatic.position < byParam.position ? byStatic : byParam;
}

/** As listed, in lower case, it usually came. */
function staticChild({ statics }: Node, segment: string): Node | undefined {
  return statics.get(segment) ?? statics.get(segment.toLowerCase());
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
