import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyChanges } from '../../../../../proxy/cli/scaffold/changes';
import type { Mode } from '../../../../../proxy/cli/scaffold/add-table-entry';
import { planAddition } from '../../../../../proxy/cli/scaffold/plan-addition';
import { planRemoval } from '../../../../../proxy/cli/scaffold/plan-removal';
import type { ScaffoldProject } from '../../../../../proxy/cli/scaffold/project';
import { appRoute } from '../../../../support/app-route';
import { testBanyan } from '../../../../support/test-banyan';
import type { AppRoute, Inventory } from '../../../../../proxy/inventory/inventory';
import { parseRouteTable } from '../../../../../proxy/route-table/load';

const SERVERLESS = `# The shop's functions.
service: shop
plugins: [serverless-esbuild, banyan-strangler/deployment/lifted.js]
custom:
  authorizer: { name: authorizer, type: request }
  rewritten: { MONGODB_URI: { Ref: Uri }, KEY: { Ref: Key } }
functions:
  authorizer: # asks first
    handler: functions/authorizer.handler
    environment: \${self:custom.rewritten}
resources: {}
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'banyan-scaffold-'));
  mkdirSync(at('banyan'));
  write('app.js', '');
  write('package.json', '{}');
  write('banyan/serverless.yml', SERVERLESS);
  write('banyan/routes.yml', '# Ours\nroutes: []\n');
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  // Signal handlers go two turns later.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
});

const at = (name: string): string => path.join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');
const readIf = (name: string): string | undefined => (existsSync(at(name)) ? read(name) : undefined);
const write = (name: string, text: string): void => writeFileSync(at(name), text);
const edit = (name: string, from: string, to: string): void => write(name, read(name).replace(from, to));
const tree = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort()
      .map((name) => [name, read(name)]),
  );

const project = (more: Partial<ScaffoldProject> = {}): ScaffoldProject => ({
  banyan: { ...testBanyan, app: './app.js' },
  root: folder,
  configFile: at('banyan.config.ts'),
  dialect: { syntax: 'typescript', extension: 'ts', isModule: false },
  routes: { file: at('banyan/routes.yml'), text: readIf('banyan/routes.yml') },
  serverless: { file: at('banyan/serverless.yml'), text: read('banyan/serverless.yml') },
  functionsFolder: at('banyan/functions'),
  casesFolder: at('banyan/parity/cases'),
  ...more,
});

const GUARD = { name: 'requireUser', level: 'route', place: 'lib/access.js:2' } as const;
const ROUTES = [
  appRoute('GET', '/items'),
  appRoute('GET', '/items/new', { middleware: [GUARD] }),
  appRoute('GET', '/items/:itemId'),
  appRoute('POST', '/items', { middleware: [{ name: 'urlencodedParser', level: 'global', place: 'body-parser' }] }),
  appRoute('GET', '/files/*'),
];

function add(route: AppRoute | undefined, mode: Mode, more: { id?: string; examples?: Map<string, string> } = {}) {
  const inventory: Inventory = {
    express: '4',
    routes: ROUTES,
    handlers: [],
    variables: [
      { name: 'KEY', isSet: true },
      { name: 'MONGO_URL', isSet: true },
      { name: 'SITE', isSet: true },
      { name: 'API_TOKEN', isSet: true },
      { name: 'PORT', isSet: true },
      { name: 'CURRENCY', isSet: false },
    ],
    notes: [],
  };
  const found = route ?? appRoute('', '');
  const requested = { method: found.method, path: found.path, route: found };
  const { id, examples = new Map<string, string>() } = more;
  return planAddition(project(), inventory, requested, { mode, id, examples });
}

function added(route: AppRoute | undefined, mode: Mode, more = {}): readonly string[] {
  const { changes, notes } = add(route, mode, more);
  applyChanges(changes);
  return notes;
}

function removed(id: string): readonly string[] {
  const { changes, objections } = planRemoval(project(), id);
  applyChanges(changes);
  return objections;
}

it('the function that runs the app has the variables under custom.monolith, where they are', () => {
  edit(
    'banyan/serverless.yml',
    'custom:',
    'custom:\n  monolith: { NODE_ENV: production, KEY: x, MONGO_URL: x, SITE: x }',
  );
  const before = tree();
  expect(added(ROUTES[0], 'lift')).toEqual([
    expect.stringMatching(
      /^the app also reads API_TOKEN, CURRENCY: declare under custom\.monolith of .*serverless\.yml/,
    ),
  ]);
  expect(read('banyan/serverless.yml')).toContain('    environment: ${self:custom.monolith}\n    events:\n');
  expect(removed('list-items')).toEqual([]);
  expect(tree()).toEqual(before);
});

it('a lifted route is one event of the one function that runs the app', () => {
  const before = tree();
  const notes = added(ROUTES[0], 'lift');
  expect(notes).toEqual([expect.stringMatching(/^the app also reads CURRENCY, not set here/)]);
  const first = tree();
  expect(read('banyan/serverless.yml')).toBe(
    SERVERLESS.replace(
      'resources',
      `  lifted:
    handler: functions/lifted.handler
    lifted: { app: .. }
    environment:
      NODE_ENV: production
      KEY: { Ref: Key }
      MONGO_URL: { Ref: Uri }
      SITE: '{{resolve:ssm:/shop/\${sls:stage}/SITE}}'
      API_TOKEN: '{{resolve:secretsmanager:shop/\${sls:stage}/API_TOKEN}}'
    events:
      - http: { path: items, method: get }
resources`,
    ),
  );
  expect(read('banyan/functions/lifted.ts')).toContain("export const handler = lift('app.js');");
  expect(read('banyan/parity/cases/list-items.ts')).toContain("route: 'GET /items'");
  added(ROUTES[2], 'lift', { examples: new Map([['itemId', '507f']]) });
  expect(read('banyan/serverless.yml')).toContain("      - http: { path: 'items/{itemId}', method: get }\nresources");
  expect(read('banyan/parity/cases/get-item.ts')).toContain("request: { path: '/items/507f' }");
  expect(removed('get-item')).toEqual([]);
  expect(tree()).toEqual(first);
  expect(removed('list-items')).toEqual([]);
  expect(tree()).toEqual(before);
});

it('and leaves in any order', () => {
  const before = tree();
  for (const route of ROUTES.slice(0, 3)) added(route, 'lift');
  for (const id of ['list-items', 'get-item-new', 'get-item']) expect(removed(id)).toEqual([]);
  expect(tree()).toEqual(before);
});

it('a route to be rewritten has a function that answers 501, and its middleware to do', () => {
  write(
    'banyan/routes.yml',
    'middleware: { session: reproduced }\nroutes:\n  # Its own\n  - id: item\n    match: GET /items/:id\n    stage: legacy\n',
  );
  const before = tree();
  const notes = added(ROUTES[1], 'rewrite', { id: 'new-item' });
  expect(notes).toEqual([expect.stringMatching(/^auth: required, because of/)]);
  expect(read('banyan/routes.yml')).toContain(`routes:
  - id: new-item
    match: GET /items/new
    stage: legacy
    middleware: # each reproduced, or { dropped: why }
      requireUser: todo # route, lib/access.js:2
  # Its own
`);
  const table = parseRouteTable(read('banyan/routes.yml'), { file: 'routes.yml', lambdaAvailable: true });
  expect(table.shadowed).toEqual([]);
  expect(read('banyan/serverless.yml')).toContain(`  new-item:
    handler: functions/new-item.handler
    environment: \${self:custom.rewritten}
    events:
      - http: { path: items/new, method: get, authorizer: '\${self:custom.authorizer}' }
`);
  const source = read('banyan/functions/new-item.ts');
  expect(source).toContain("import banyan from '../../banyan.config';");
  expect(source).toContain('GET /items/new, to be written: on the monolith app.js:1 answers it (x).');
  expect(source).toContain("bindHttpHandler(banyan)(() => json(501, { error: 'not written yet' }))");
  expect(removed('new-item')).toEqual([]);
  expect(tree()).toEqual(before);
});

it('a function that would take the requests of routes in front of its own says so', () => {
  expect(added(ROUTES[2], 'rewrite')).toEqual([
    expect.stringMatching(/^auth: none, because nothing/),
    expect.stringMatching(/^GET \/items\/new would be answered by it as well; list that route above it/),
    expect.stringContaining('get-item.ts: replace itemId with values from your data'),
  ]);
  expect(read('banyan/parity/cases/get-item.ts')).toContain("'/items/replace-itemId'");
});

it('of a form the first case sends one', () => {
  expect(added(ROUTES[3], 'rewrite').join()).toContain('--isolated');
  expect(read('banyan/parity/cases/create-item.ts')).toContain(
    "request: { method: 'POST', path: '/items', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: '' }",
  );
});

it('a route table that was not there is made, and gone with its last route', () => {
  rmSync(at('banyan/routes.yml'));
  const before = tree();
  added(ROUTES[0], 'lift');
  expect(read('banyan/routes.yml')).toMatch(/^# Which routes .*\nroutes:\n {2}- id: list-items\n/);
  removed('list-items');
  expect(tree()).toEqual(before);
});

it('what is there is not overwritten', () => {
  added(ROUTES[0], 'lift');
  expect(() => add(ROUTES[0], 'rewrite')).toThrow(/GET \/items is listed already: list-items in .*routes\.yml:3/);
  expect(() => add(ROUTES[1], 'lift', { id: 'list-items' })).toThrow('list-items is the id of another route');
  expect(() => add(ROUTES[4], 'lift')).toThrow('API Gateway supports only static segments and :params');
  cpSync(at('banyan/parity/cases/list-items.ts'), at('banyan/parity/cases/get-item.ts'));
  expect(() => add(ROUTES[2], 'lift')).toThrow('get-item.ts exists; it is not overwritten');
  edit('banyan/serverless.yml', 'functions:\n', 'functions:\n  other: {}\n');
  expect(() => add(ROUTES[2], 'rewrite', { id: 'other' })).toThrow('has a function "other" already');
});

it('a serverless.yml that cannot hold the function is refused', () => {
  edit('banyan/serverless.yml', ', banyan-strangler/deployment/lifted.js', '');
  expect(() => add(ROUTES[0], 'lift')).toThrow('lacks the plugin that packages the app');
  edit('banyan/serverless.yml', '  authorizer: { name', '  x: { name');
  expect(() => add(ROUTES[1], 'rewrite')).toThrow('has no custom.authorizer');
  write('banyan/serverless.yml', 'functions: ${file(./functions.yml)}\n');
  expect(() => add(ROUTES[1], 'rewrite')).toThrow('takes its functions from other files');
});

describe('what was edited since is not lost without a word', () => {
  it.each([
    ['the suite', 'banyan/parity/cases/list-items.ts', "'first'", "'all'"],
    ['the function', 'banyan/functions/lifted.ts', "'app.js'", "'app.js', { maxPoolSize: 2 }"],
    ['its variables', 'banyan/serverless.yml', 'KEY: { Ref: Key }\n', 'KEY: mine\n'],
    ['the function in serverless.yml', 'banyan/serverless.yml', '    lifted:', '    timeout: 20\n    lifted:'],
    ['the route', 'banyan/routes.yml', '    lifted: true', '    lifted: true\n    timeout: 3'],
  ])('%s', (_what, file, from, to) => {
    added(ROUTES[0], 'lift');
    edit(file, from, to);
    expect(planRemoval(project(), 'list-items').objections).toEqual([expect.stringMatching(/ was edited since$/)]);
  });

  it('nor what no command has written', () => {
    write('banyan/routes.yml', 'routes:\n  - { id: own, match: GET /own, stage: shadow, lifted: true }\n');
    const { objections, stage, changes } = planRemoval(project(), 'own');
    expect([objections, stage]).toEqual([['own was not written by banyan add'], 'shadow']);
    expect(changes.map(({ after }) => after)).toEqual(['routes: []\n', SERVERLESS]);
    expect(() => planRemoval(project(), 'other')).toThrow(/has no route other; listed are: own/);
  });
});
