import { describeInventory, judgeRoutes } from '../../../../proxy/cli/routes/describe-inventory';
import { flagTable } from '../../../../proxy/cli/routes/table-flags';
import type { Inventory } from '../../../../proxy/inventory/inventory';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { appRoute } from '../../../support/app-route';

const ROUTES = [
  appRoute('GET', '/items/:id'),
  appRoute('GET', '/items/new', { shadowedBy: 'GET /:id' }),
  appRoute('POST', '/items', { renders: true, middleware: [{ name: 'guard', level: 'route', place: 'app.js:2' }] }),
];
const HANDLERS: Inventory['handlers'] = [
  { kind: 'mounted', path: '/graphql', name: 'graphqlMiddleware', place: 'express-graphql' },
  { kind: 'mounted', path: '/', name: 'app.js', place: 'app.js:80' },
  { kind: 'error', path: '/', name: 'showError', place: 'lib/errors.js:3' },
];

it('the route table is flagged where the monolith, API Gateway or missing cases make it useless', () => {
  const entries = [
    '{ id: get, match: GET /items/:id, stage: lambda }',
    '{ id: new, match: GET /items/new, stage: legacy }',
    '{ id: gone, match: GET /gone, stage: shadow }',
    '{ id: old, match: GET /old, stage: retired }',
    "{ id: files, match: 'GET /files/*', stage: legacy }",
  ];
  const table = parseRouteTable(`routes:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`, {
    file: 'routes.yml',
    lambdaAvailable: true,
  });
  const flagsOf = (known: ReadonlySet<string> | undefined): readonly string[] =>
    flagTable(table, ROUTES, known).map(({ id, text }) => `${id}: ${text}`);
  expect(flagsOf(new Set())).toEqual([
    'new: never reached: get (/items/:id) in line 2 of the route table takes the requests for GET /items/new first',
    'get: on lambda without parity cases',
    'new: never reached on the monolith: GET /:id takes its requests',
    'gone: the monolith has no GET /gone',
    'files: the monolith has no GET /files/*',
    'files: unfit for API Gateway, which supports only static segments and :params',
  ]);
  for (const known of [new Set(['GET /items/:id']), undefined])
    expect(flagsOf(known).join()).not.toContain('without parity');
});

it('the busiest routes stand first when there is an access log', () => {
  const traffic = { counts: new Map([[ROUTES[2] ?? appRoute('', ''), 7]]), requests: 9, unknown: 2, brokenLines: 1 };
  const judged = judgeRoutes(ROUTES, traffic);
  expect(judged.map(({ route, requests }) => [route.path, requests])).toEqual([
    ['/items', 7],
    ['/items/:id', 0],
    ['/items/new', 0],
  ]);
  const text = describeInventory(
    { express: '4', routes: ROUTES, handlers: HANDLERS, variables: [], notes: ['it is'] },
    { judged, traffic, flags: [{ id: 'a', text: 'is wrong', remedy: 'do it' }] },
  );
  expect(text).toMatch(/^Express 4, routes: 3, the busiest first\nglobal: session \(express-session\)\n/);
  expect(text).toMatch(/7 +lift +POST +\/items +app\.js:1 +guard; without session\n/);
  expect(text).toContain("lift: POST /items\n    renders the app's own views\n");
  expect(text).toContain('requests: 9, of no route: 2, lines that are not requests: 1');
  expect(text).toContain(
    'not listed above:\n  /graphql by graphqlMiddleware (express-graphql)\n  / by app.js:80\n\nError',
  );
  for (const part of [
    'their answers:\n  / by showError (lib/errors.js:3)',
    'The route table:\n  a: is wrong -> do it',
    'While it was examined:\n  it is',
    'which does not show what packages do',
  ])
    expect(text).toContain(part);
});
