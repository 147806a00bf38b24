import { describeInventory, judgeRoutes } from '../../../../proxy/cli/routes/describe-inventory';
import { flagTable } from '../../../../proxy/cli/routes/table-flags';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { appRoute } from '../../../support/app-route';

const ROUTES = [
  appRoute('GET', '/items/:id'),
  appRoute('GET', '/items/new', { shadowedBy: 'GET /:id' }),
  appRoute('POST', '/items', { renders: true, middleware: [{ name: 'guard', level: 'route', place: 'app.js:2' }] }),
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
  expect(flagTable(table, ROUTES, new Set())).toEqual([
    'new: never reached, get in line 2 takes its requests',
    'get: on lambda without parity cases',
    'new: never reached on the monolith, GET /:id takes its requests',
    'gone: the monolith has no GET /gone',
    'files: the monolith has no GET /files/*',
    'files: unfit for API Gateway, which knows only static segments and :params',
  ]);
  for (const known of [new Set(['GET /items/:id']), undefined])
    expect(flagTable(table, ROUTES, known).join()).not.toContain('without parity');
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
    { express: '4', routes: ROUTES, variables: [], notes: ['it is'] },
    { judged, traffic, flags: ['a flag'] },
  );
  expect(text).toMatch(/^Express 4, routes: 3, the busiest first\nglobal: session \(express-session\)\n/);
  expect(text).toMatch(/7 +lift +POST +\/items +app\.js:1 +guard; without session\n/);
  expect(text).toContain("lift: POST /items\n    answers with the app's own views\n");
  expect(text).toContain('requests: 9, of no route: 2, lines that are no request: 1');
  for (const part of ['The route table:\n  a flag', 'While it was examined:\n  it is', 'it cannot see'])
    expect(text).toContain(part);
});
