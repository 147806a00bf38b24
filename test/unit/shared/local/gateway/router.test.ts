import fc from 'fast-check';
import type { Route } from '../../../../../shared/local/gateway/api';
import { createRouter } from '../../../../../shared/local/gateway/router';

const route = (line: string): Route => {
  const [method = '', path = ''] = line.split(' ');
  return { method, path, target: { kind: 'function', functionName: line, authorizer: undefined } };
};
const find = (lines: readonly string[], request: string) => {
  const [method = '', path = ''] = request.split(' ');
  const match = createRouter(lines.map(route))(method, path);
  return match && { [`${match.route.method} ${match.route.path}`]: match.pathParameters };
};

const API = [
  'ANY /{proxy+}',
  'GET /api/events/{eventId}',
  'GET /api/events/all',
  'POST /api/events/all',
  'ANY /api/any',
  'GET /api/any',
  'GET /',
  'GET /api/events/{eventId}/metrics',
];

describe('matching (developer guide: "Set up a proxy integration with a proxy resource", "Important notes")', () => {
  it.each([
    ['GET /', { 'GET /': {} }],
    ['GET /api/events/all', { 'GET /api/events/all': {} }],
    ['GET /api/events/42', { 'GET /api/events/{eventId}': { eventId: '42' } }],
    ['GET /api/events/42/metrics', { 'GET /api/events/{eventId}/metrics': { eventId: '42' } }],
    ['GET /api/events/a%2Fb', { 'GET /api/events/{eventId}': { eventId: 'a%2Fb' } }],
    ['GET /API/events/42', { 'ANY /{proxy+}': { proxy: 'API/events/42' } }],
    ['GET /api/any', { 'GET /api/any': {} }],
    ['PUT /api/any', { 'ANY /api/any': {} }],
    ['GET /x/y/z', { 'ANY /{proxy+}': { proxy: 'x/y/z' } }],
    ['GET /x/', { 'ANY /{proxy+}': { proxy: 'x' } }],
    ['POST /', undefined],
    ['GET /api/events/42/', { 'ANY /{proxy+}': { proxy: 'api/events/42' } }],
  ])('%s', (request, expected) => expect(find(API, request)).toStrictEqual(expected));

  it('leaves a request whose method the specific resource lacks to a less specific one (measured in ministack#1423)', () => {
    expect(find(API, 'DELETE /api/events/all')).toStrictEqual({ 'ANY /{proxy+}': { proxy: 'api/events/all' } });
    expect(find(['GET /jobs/{id}', 'POST /jobs/reboot'], 'GET /jobs/reboot')).toStrictEqual({
      'GET /jobs/{id}': { id: 'reboot' },
    });
  });

  it('does not answer HEAD with GET', () => expect(find(['GET /a'], 'HEAD /a')).toBeUndefined());

  it('treats a slash at the end as another path', () => {
    expect(find(['GET /a', 'GET /b/{id}'], 'GET /a/')).toBeUndefined();
    expect(find(['GET /a', 'GET /b/{id}'], 'GET /b/1/')).toBeUndefined();
  });

  it.each(['GET /b/', 'GET /b//', 'GET //b', 'GET /b/1/2'])('gives no parameter an empty value: %s', (request) =>
    expect(find(['GET /b/{id}'], request)).toBeUndefined(),
  );

  it('keeps a parameter called __proto__', () => {
    const match = createRouter([route('GET /{__proto__}')])('GET', '/x');
    expect(Object.entries(match?.pathParameters ?? {})).toStrictEqual([['__proto__', 'x']]);
  });
});

describe('against a naive reading of the rules', () => {
  const segment = fc.constantFrom('a', 'b', '{p}', '{q+}');
  const resource = fc
    .array(segment, { maxLength: 3 })
    .map((list) => list.map((part, index) => (part === '{q+}' && index < list.length - 1 ? '{p}' : part)))
    .map((list) => list.map((part, index) => (part.startsWith('{p') ? `{p${index}}` : part)))
    .map((list) => `/${list.join('/')}`);
  const lines = fc.uniqueArray(fc.tuple(fc.constantFrom('GET', 'POST', 'ANY'), resource), {
    selector: ([method, path]) => `${method} ${path}`,
    maxLength: 8,
  });
  const request = fc.tuple(
    fc.constantFrom('GET', 'POST', 'PUT'),
    fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }).map((list) => `/${list.join('/')}`),
  );

  /** One regular expression for each resource; the one that is smallest under a textual ranking wins. */
  function oracle(
    routes: readonly (readonly [string, string])[],
    [method, path]: readonly [string, string],
  ): string | undefined {
    const ranked = routes
      .filter(([own, pattern]) => {
        const source = pattern.replace(/\{\w+\+\}/g, '.+').replace(/\{\w+\}/g, '[^/]+');
        return (own === method || own === 'ANY') && new RegExp(`^${source}$`).test(path);
      })
      .map(([own, pattern]) => {
        const parts = pattern === '/' ? [] : pattern.slice(1).split('/');
        const rank = parts.map((part) => (part.endsWith('+}') ? '2' : part.startsWith('{') ? '1' : '0')).join('');
        return { id: `${own} ${pattern}`, rank: `${rank.padEnd(5, '3')}${own === 'ANY' ? '1' : '0'}` };
      })
      .sort((left, right) => (left.rank < right.rank ? -1 : 1));
    return ranked[0]?.id;
  }

  it('finds the same resource', () => {
    fc.assert(
      fc.property(lines, request, (routes, [method, path]) => {
        const match = createRouter(routes.map((line) => route(line.join(' '))))(method, path);
        expect(match && `${match.route.method} ${match.route.path}`).toBe(oracle(routes, [method, path]));
      }),
      { numRuns: 2_000 },
    );
  });

  it('rebuilds the path from resource and parameters', () => {
    fc.assert(
      fc.property(lines, request, (routes, [method, path]) => {
        const match = createRouter(routes.map((line) => route(line.join(' '))))(method, path);
        if (!match) return;
        const rebuilt = match.route.path.replace(
          /\{(\w+)\+?\}/g,
          (_all, name: string) => match.pathParameters[name] ?? '',
        );
        expect(rebuilt).toBe(path);
      }),
    );
  });
});
