import fc from 'fast-check';
import { parseRouteTable } from '../../../../proxy/route-table/load';

const shadowedOf = (...matches: string[]): string[] => {
  const routes = matches.map((match, i) => `  - {id: r${i}, match: ${JSON.stringify(match)}, stage: legacy}`);
  const { shadowed } = parseRouteTable(['routes:', ...routes].join('\n'), { file: 'r.yml', lambdaAvailable: true });
  return shadowed.map(({ route, by }) => `${route.id} by ${by.id}`);
};

describe('routes that are never reached', () => {
  it.each<[string, string[], string[]]>([
    ['a literal after a parameter', ['GET /api/events/:eventId', 'GET /api/events/special'], ['r1 by r0']],
    ['another case and slash', ['GET /Events/:id/', 'GET /events/Special'], ['r1 by r0']],
    ['several', ['GET /:a/:b', 'GET /x/:b', 'GET /:a/y', 'GET /x/y'], ['r1 by r0', 'r2 by r0', 'r3 by r0']],
    ['the first of several is named', ['GET /x/:b', 'GET /:a/:b', 'GET /x/y'], ['r2 by r0']],
    ['a wildcard', ['GET /api/*', 'GET /api/events/:id', 'GET /api/x'], ['r1 by r0', 'r2 by r0']],
    ['an optional part', ['GET /a/:id?', 'GET /a', 'GET /a/:other'], ['r1 by r0', 'r2 by r0']],
    ['a restricted parameter after a free one', ['GET /a/:id', 'GET /a/:id(\\d+)'], ['r1 by r0']],
  ])('are found: %s', (_case, matches, expected) => {
    expect(shadowedOf(...matches)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['the literal stands first', ['GET /api/events/special', 'GET /api/events/:eventId']],
    ['another method', ['GET /a/:id', 'POST /a/b']],
    ['another length', ['GET /a/:id', 'GET /a/b/c', 'GET /a']],
    ['a parameter after a literal', ['GET /a/b/:x', 'GET /a/:y/c']],
    ['only numbers are taken', ['GET /a/:id(\\d+)', 'GET /a/:id']],
    ['its own path does not fit its expression', ['GET /a/:id(\\d+)', 'GET /a/:id(x+)']],
    ['not every value is taken', ['GET /a/:id([^0-9]+)', 'GET /a/:id']],
  ])('are not found where there are none: %s', (_case, matches) => {
    expect(shadowedOf(...matches)).toEqual([]);
  });

  it('are exactly those of static segments and parameters that match no request first', () => {
    const segment = fc.constantFrom('a', 'b', ':p');
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    // Alike but for the names of parameters would be refused.
    const paths = fc.uniqueArray(path, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(paths, (listed) => {
        const routes = listed.map((text, i) => `  - {id: r${i}, match: "GET ${text}", stage: legacy}`);
        const table = parseRouteTable(['routes:', ...routes].join('\n'), { file: 'r.yml', lambdaAvailable: true });
        // Every request that could tell: each segment is one of the literals or something else.
        const requests = [1, 2, 3].reduce<string[][]>(
          (all, length) => [
            ...all,
            ...all.filter((r) => r.length === length - 1).flatMap((r) => ['a', 'b', 'z'].map((s) => [...r, s])),
          ],
          [[]],
        );
        const reached = new Set(requests.map((parts) => table.match('GET', `/${parts.join('/')}`)?.id));
        expect(table.shadowed.map(({ route }) => route.id)).toEqual(
          table.routes.map(({ id }) => id).filter((id) => !reached.has(id)),
        );
      }),
      { numRuns: 300 },
    );
  });
});
