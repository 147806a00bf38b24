import express from 'express';
import fc from 'fast-check';
import { createMatcher } from '../../../../proxy/route-table/match';
import type { Route } from '../../../../proxy/route-table/route';
import { routeWith } from '../../../support/route';

function route(match: string, id = match): Route {
  const [method = '', path = ''] = match.split(' ');
  return routeWith({ id, method, path, stage: 'legacy' });
}

/** Which of the routes a real Express 4 router calls. */
function expressMatch(routes: readonly Route[], method: string, pathname: string): string | undefined {
  const router = express.Router();
  let called: string | undefined;
  for (const { id, method: verb, path } of routes) {
    router.route(path)[verb === 'POST' ? 'post' : verb === 'DELETE' ? 'delete' : 'get'](() => (called = id));
  }
  const request = Object.assign(Object.create(express.request) as express.Request, {
    method,
    url: pathname,
    headers: {},
  });
  const response = Object.create(express.response) as express.Response;
  // A malformed parameter ends in next(error), an unlisted path in next().
  router(request, response, () => undefined);
  return called;
}

describe('route matcher', () => {
  const listed = [
    route('GET /api/events'),
    route('GET /api/events/mine'),
    route('GET /api/events/:eventId'),
    route('GET /api/events/:eventId/metrics'),
    route('POST /api/events'),
    route('GET /'),
  ];
  const match = createMatcher(listed);

  it.each([
    ['GET', '/api/events', 'GET /api/events'],
    ['GET', '/api/events/', 'GET /api/events'],
    ['GET', '/API/Events', 'GET /api/events'],
    ['HEAD', '/api/events', 'GET /api/events'],
    ['POST', '/api/events', 'POST /api/events'],
    ['GET', '/api/events/mine', 'GET /api/events/mine'],
    ['GET', '/api/events/5', 'GET /api/events/:eventId'],
    ['GET', '/api/events/a%2Fb', 'GET /api/events/:eventId'],
    ['GET', '/api/events/5/metrics/', 'GET /api/events/:eventId/metrics'],
    ['GET', '/', 'GET /'],
    ['OPTIONS', '/api/events', undefined],
    ['PATCH', '/api/events', undefined],
    ['GET', '/api/eventsX', undefined],
    ['GET', '/api', undefined],
    ['GET', '/api/events//', undefined],
    ['GET', '//api/events', undefined],
    ['GET', '/api//events', undefined],
    ['GET', '/api/%65vents', undefined],
    ['GET', '', undefined],
    ['GET', '*', undefined],
  ])('%s %s -> %s', (method, pathname, expected) => {
    expect(match(method, pathname)?.id).toBe(expected);
  });

  it('lets the first listed win, also against a more specific one', () => {
    expect(createMatcher([route('GET /a/:x'), route('GET /a/b')])('GET', '/a/b')?.id).toBe('GET /a/:x');
    expect(createMatcher([route('GET /a/b'), route('GET /a/:x')])('GET', '/a/b')?.id).toBe('GET /a/b');
    expect(createMatcher([route('GET /:a/b'), route('GET /x/:c')])('GET', '/x/b')?.id).toBe('GET /:a/b');
  });

  it('keeps the order between tree routes and other Express patterns', () => {
    const wildcardFirst = [route('GET /files/*'), route('GET /files/list')];
    expect(createMatcher(wildcardFirst)('GET', '/files/list')?.id).toBe('GET /files/*');
    expect(createMatcher([...wildcardFirst].reverse())('GET', '/files/list')?.id).toBe('GET /files/list');
  });

  it('agrees with a real Express 4 router on generated tables and paths', () => {
    const segment = fc.constantFrom('a', 'b', 'api', 'A', ':x', ':y', 'a-b', 'v1.0', ':x.json', ':x?', '*', 'b+');
    const path = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    const entry = fc.record({ method: fc.constantFrom('GET', 'POST', 'DELETE'), path });
    const requestSegment = fc.constantFrom(
      'a',
      'b',
      'B',
      'API',
      'x',
      '',
      'a-b',
      'v1.0',
      'v1x0',
      'q.json',
      '%61',
      'é',
      'bb',
      '..',
    );
    const requestPath = fc.array(requestSegment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 8 }),
        fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE', 'PATCH'),
        requestPath,
        (entries, method, pathname) => {
          const routes = entries.map((listing, i) => route(`${listing.method} ${listing.path}`, String(i)));
          expect(createMatcher(routes)(method, pathname)?.id).toBe(expressMatch(routes, method, pathname));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('does not do more work for more routes', () => {
    const count = (routes: number): number => {
      let reads = 0;
      const counted = Array.from({ length: routes }, (_, i) => {
        const plain = route(`GET /api/r${i}/:id`, `r${i}`);
        return new Proxy(plain, {
          get(target, key, receiver) {
            reads += 1;
            return Reflect.get(target, key, receiver) as unknown;
          },
        });
      });
      const matcher = createMatcher(counted);
      reads = 0;
      expect(matcher('GET', '/api/r7/1')).toBe(counted[7]);
      expect(matcher('GET', '/api/none/1')).toBeUndefined();
      return reads;
    };
    expect(count(10)).toBe(count(2_000));
  });
});
