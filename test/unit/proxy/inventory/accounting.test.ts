import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkMiddleware } from '../../../../proxy/cli/check/app';
import { unaccounted } from '../../../../proxy/inventory/accounting';
import { findAppRoute, readAppRoutes, sameRoutes, writeAppRoutes } from '../../../../proxy/inventory/app-routes';
import type { AppRoute, Inventory } from '../../../../proxy/inventory/inventory';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { routeWith } from '../../../support/route';

const SESSION = { name: 'session', level: 'global', place: 'express-session' } as const;
const STAFF = { name: 'requireStaff', level: 'router', place: 'lib/access.js:8' } as const;
const appRoute = (method: string, full: string, middleware: AppRoute['middleware'] = [SESSION, STAFF]): AppRoute => ({
  method,
  path: full,
  handler: { name: '', place: 'app.js:1' },
  hazards: [],
  renders: false,
  isReadable: true,
  middleware,
});
const ROUTES = [appRoute('GET', '/items/:id'), appRoute('ALL', '/files/*'), appRoute('POST', '/items', [])];

describe('the route of the app behind a listed one', () => {
  it.each<[string, string, string | undefined]>([
    ['GET', '/items/:itemId', '/items/:id'],
    ['GET', '/Items/:itemId/', '/items/:id'],
    ['GET', '/items/new', '/items/:id'],
    ['PUT', '/files/x', '/files/*'],
    ['GET', '/items', undefined],
    ['DELETE', '/items/:id', undefined],
  ])('%s %s is %s', (method, listed, full) => {
    expect(findAppRoute({ method, path: listed }, ROUTES)?.path).toBe(full);
  });
});

describe('middleware', () => {
  const route = (accounts: Record<string, 'reproduced' | { dropped: string }>) =>
    routeWith({ path: '/items/:id', accounts: new Map(Object.entries(accounts)) });

  it('is accounted for as reproduced or dropped with a reason', () => {
    expect(unaccounted(route({ session: 'reproduced', requireStaff: { dropped: 'x' } }), ROUTES)).toBeUndefined();
  });

  it('that is not accounted for is named with its place', () => {
    expect(unaccounted(route({ session: 'reproduced' }), ROUTES)).toEqual({
      text: 'middleware of the monolith that is not accounted for: requireStaff (router, lib/access.js:8)',
      remedy: 'under middleware in routes.yml: requireStaff, each reproduced or { dropped: why }; or lifted: true',
    });
  });

  it('of a lifted function is its own', () => {
    expect(unaccounted(routeWith({ isLifted: true }), undefined)).toBeUndefined();
  });

  it('is not known without the app, nor of a route that it has not', () => {
    expect(unaccounted(route({}), undefined)?.text).toContain('there is no app-routes.json');
    expect(unaccounted(routeWith({ path: '/gone' }), ROUTES)?.text).toBe('the monolith has no GET /gone');
  });

  it.each(['{ session: lost }', '{ session: { dropped: "" } }', '{ session: { kept: x } }', '[session]'])(
    'is refused as %s',
    (written) => {
      const text = `routes:\n  - { id: a, match: GET /a, stage: legacy, middleware: ${written} }\n`;
      expect(() => parseRouteTable(text, { file: 'routes.yml', lambdaAvailable: true })).toThrow(
        /routes\[0\]\.middleware/,
      );
    },
  );
});

describe('check', () => {
  let folder: string;
  let routesFile: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-accounting-'));
    routesFile = path.join(folder, 'routes.yml');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const inventory: Inventory = { express: '4', routes: ROUTES, handlers: [], variables: [], notes: [] };
  const check = async (entry: string, found: Inventory | 'none' = inventory) => {
    const text = `middleware: { session: reproduced }\nroutes:\n  - { id: a, match: GET /items/:id, ${entry} }\n`;
    const { routes } = parseRouteTable(text, { file: 'routes.yml', lambdaAvailable: true });
    return (await checkMiddleware(routesFile, routes, found === 'none' ? undefined : found)).map(
      ({ level, subject, text: said }) => `${level} ${subject} ${said}`,
    );
  };

  it.each<[string, string]>([
    ['stage: lambda', 'fault route a on lambda, but middleware of the monolith'],
    ['stage: canary, percent: 5', 'fault route a on canary, but'],
    ['stage: shadow', 'warning route a on shadow, but'],
    [
      'stage: lambda, middleware: { requireStaff: reproduced, old: reproduced }',
      'warning route a accounts for old, which the monolith does not run',
    ],
  ])('judges %s', async (entry, text) => {
    expect(await check(entry)).toContainEqual(expect.stringContaining(text));
  });

  it.each([
    'stage: legacy',
    'stage: retired',
    'stage: lambda, lifted: true',
    'stage: lambda, middleware: { requireStaff: reproduced }',
  ])('has nothing to say of %s', async (entry) => {
    await writeAppRoutes(routesFile, ROUTES);
    expect(await check(entry)).toEqual([expect.stringMatching(/^ok middleware .*app-routes\.json matches the app$/)]);
  });

  it('says when what is kept is missing, out of date, or all there is', async () => {
    expect(await check('stage: legacy')).toEqual([
      'ok middleware no route has moved yet; before one does: banyan routes --write',
    ]);
    expect((await check('stage: shadow'))[0]).toMatch(/^warning middleware .*app-routes\.json is missing/);
    expect((await check('stage: lambda', 'none'))[1]).toContain('is unknown');
    await writeAppRoutes(routesFile, ROUTES.slice(1));
    expect((await check('stage: legacy'))[0]).toMatch(/^fault middleware .*is out of date/);
    expect((await check('stage: legacy', 'none'))[0]).toMatch(
      /^warning middleware judged by .*which may be out of date/,
    );
    await writeFile(path.join(folder, 'app-routes.json'), '{}');
    await expect(check('stage: legacy')).rejects.toThrow(/app-routes\.json was edited/);
  });

  it('reads what was kept, one route a line, whatever has moved within its file', async () => {
    await writeAppRoutes(routesFile, ROUTES);
    const kept = await readAppRoutes(routesFile);
    expect(sameRoutes(kept ?? [], ROUTES)).toBe(true);
    const moved = [
      appRoute('GET', '/items/:id', [SESSION, { ...STAFF, place: 'lib/access.js:9' }]),
      ...ROUTES.slice(1),
    ];
    expect(sameRoutes(kept ?? [], moved)).toBe(true);
    expect(sameRoutes(kept ?? [], [...ROUTES].reverse())).toBe(false);
  });
});
