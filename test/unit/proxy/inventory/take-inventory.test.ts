import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Inventory } from '../../../../proxy/inventory/inventory';
import { takeInventory } from '../../../../proxy/inventory/take-inventory';

const MODULES = path.join(__dirname, '../../../../node_modules');
let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'banyan-inventory-'));
  await symlink(MODULES, path.join(root, 'node_modules'));
  await writeFile(path.join(root, 'package.json'), '{ "name": "app" }');
});
afterAll(() => rm(root, { recursive: true }));
jest.setTimeout(60_000);

async function take(
  source: string,
  { name = 'app.js', app = undefined as string | undefined, env = {}, port = undefined as number | undefined } = {},
) {
  await writeFile(path.join(root, name), source);
  return takeInventory({ app: app ?? `./${name}`, root, env: { PATH: process.env['PATH'], ...env }, port });
}
const APP = "const express = require('express');\nconst app = express();\n";
const listed = ({ routes }: Inventory): string[] =>
  routes.map(({ method, path: full, middleware, shadowedBy }) =>
    [
      method,
      full,
      `[${middleware.map(({ name, level }) => `${level} ${name}`).join(', ')}]`,
      ...(shadowedBy === undefined ? [] : [`< ${shadowedBy}`]),
    ].join(' '),
  );

describe('the routes of an app', () => {
  it('are in matching order, with full paths as written and what is in front of each', async () => {
    const inventory = await take(`${APP}
const requireUser = (req, res, next) => next();
const requireRole = (role) => (req, res, next) => (role ? next() : res.end());
const wrap = (handler) => (req, res, next) => handler(req, res, next).catch(next);
app.use(express.json());
app.get('/first', (req, res) => res.end());
app.use('/api', requireUser);
const items = express.Router();
items.use((req, res, next) => next());
items.param('id', (req, res, next) => next());
items.route('/:id').all(requireRole('a')).get(wrap(async (req, res) => res.end())).put((req, res) => res.end());
items.get('/special', (req, res) => res.end());
app.use(['/api/items', '/api/things'], items);
app.all('/any', (req, res) => res.end());
app.get(['/a', '/b'], [requireUser, [requireRole('b')]], (req, res) => res.end());
app.get(/^\\/x\\d+$/, (req, res) => res.end());
const sub = express();
sub.get('/deep/:n(\\\\d+)?', (req, res) => res.end());
app.use('/sub', sub);
app.get('/api/*', (req, res, next) => (req.query.a ? res.end() : next()));
app.post('/api/last', (req, res) => res.end());
app.get('/api/last', (req, res) => res.end());
app.use((error, req, res, next) => next(error));
module.exports = app;
`);
    expect(listed(inventory)).toEqual([
      'GET /first [global jsonParser]',
      ...['items', 'things'].flatMap((name) => [
        `GET /api/${name}/:id [global jsonParser, router requireUser, router app.js, param param id, route requireRole]`,
        `PUT /api/${name}/:id [global jsonParser, router requireUser, router app.js, param param id, route requireRole]`,
        `GET /api/${name}/special [global jsonParser, router requireUser, router app.js, param param id] < GET, PUT /:id`,
      ]),
      'ALL /any [global jsonParser]',
      'GET /a [global jsonParser, route requireUser, route requireRole]',
      'GET /b [global jsonParser, route requireUser, route requireRole]',
      'GET /^\\/x\\d+$/ [global jsonParser]',
      'GET /sub/deep/:n(\\d+)? [global jsonParser]',
      'GET /api/* [global jsonParser, router requireUser]',
      'POST /api/last [global jsonParser, router requireUser]',
      'GET /api/last [global jsonParser, router requireUser, route app.js]',
    ]);
    expect(inventory.routes[1]?.handler.place).toBe('app.js:13');
    expect(inventory.routes[1]?.middleware.map(({ place }) => place)).toEqual([
      'body-parser',
      'app.js:4',
      'app.js:11',
      'app.js:12',
      'app.js:5',
    ]);
  });

  it('include what a request passes in a router that does not answer it', async () => {
    const inventory = await take(`${APP}
const first = express.Router();
first.use(function onlyMembers(req, res, next) { next(); });
const second = express.Router();
second.get('/b', (req, res) => res.end());
app.use('/x', first);
app.use('/x', second);
app.listen(3000);
`);
    expect(listed(inventory)).toEqual(['GET /x/b [router onlyMembers]']);
  });

  it('are not all that answers: mounted handlers, static files, the page for what is not found, error handlers', async () => {
    const { handlers } = await take(`${APP}
app.use(express.static('public'));
app.use((req, res, next) => next());
app.use('/graphql', function graphql(req, res) { res.end(); });
app.use('/proxy', (req, res, next) => fetch(req.url).then(() => res.end()).catch(next));
const api = express.Router();
api.use('/legacy', function legacyApi(req, res, next) { if (req.query.old) res.end(); else next(new Error('gone')); });
api.use(function apiErrors(error, req, res, next) { next(error); });
app.use('/api', api);
app.use(function notFound(req, res) { res.end(); });
app.use(function showError(error, req, res, next) { res.end(); });
module.exports = app;
`);
    expect(handlers.map(({ kind, path: at, name, place }) => `${kind} ${at} ${name} ${place}`)).toEqual([
      'mounted / serveStatic serve-static',
      'mounted /graphql graphql app.js:6',
      'mounted /proxy app.js app.js:7',
      'mounted /api/legacy legacyApi app.js:9',
      'error /api apiErrors app.js:10',
      'mounted / notFound app.js:12',
      'error / showError app.js:13',
    ]);
  });

  it('tell functions of the same name apart', async () => {
    const inventory = await take(`${APP}
const of = (x) => (req, res, next) => next(x);
const a = of();
app.get('/', a, of(), a, (req, res) => res.end());
module.exports = { server: app };
`);
    expect(listed(inventory)).toEqual(['GET / [route of, route of#2, route of]']);
  });

  it.each<[string, string, object]>([
    [
      'a named factory',
      `${APP} exports.make = async () => { app.get('/x', () => {}); return app; };`,
      { app: './app.js#make' },
    ],
    ['a default export', `${APP} app.get('/x', () => {}); module.exports = app;`, { app: './app.js#default' }],
    [
      'an ES module that listens late',
      "import express from 'express';\nconst app = express();\nawait 1;\napp.get('/x', () => {});\nsetTimeout(() => app.listen(3000), 20);",
      { name: 'app.mjs' },
    ],
    [
      'TypeScript',
      "import express from 'express';\nconst app: express.Express = express();\napp.get('/x', () => {});\nexport default app;",
      { name: 'app.ts' },
    ],
    [
      'a server with a function of its own',
      `${APP} app.get('/x', () => {}); require('http').createServer((req, res) => app(req, res)).listen({ port: 1 });`,
      {},
    ],
    [
      'one port of two',
      `${APP} app.get('/x', () => {}); app.listen(3000); const b = express(); b.get('/y', () => {}); b.listen(9000);`,
      { port: 3000 },
    ],
    ['one app on two ports', `${APP} app.get('/x', () => {}); app.listen(3000); app.listen(3443);`, {}],
    [
      'a program',
      `${APP} app.get('/x', () => {}); if (require.main === module) app.listen(process.env.PORT || 3000);`,
      {},
    ],
  ])('are found in %s', async (_case, source, options) => {
    expect(listed(await take(source, options))).toEqual(['GET /x []']);
  });
});

describe('an app while it is examined', () => {
  it('reaches nothing but an empty MongoDB, whatever its URI says', async () => {
    const { notes } = await take(
      `${APP}
const { MongoClient } = require('mongodb');
require('net').connect(6379, '192.0.2.1').on('error', () => {});
new MongoClient('mongodb+srv://ann:secret@cluster.example.net/shop?replicaSet=rs0', { tls: true }).connect().then(async (client) => {
  if ((await client.db().collection('items').countDocuments()) === 0 && client.db().databaseName === 'shop') app.listen(3000);
  setTimeout(() => Promise.reject(new TypeError('late')), 1);
});
`,
    );
    expect(notes).toContain('it could not connect to 192.0.2.1:6379');
    expect(JSON.stringify(notes)).not.toContain('example.net');
  });

  it.each<[string, string, RegExp, object?]>([
    [
      'throws',
      "throw new RangeError('no\\nmore')",
      /^\.\/app\.js cannot be examined: RangeError: no -> start it by hand/,
    ],
    [
      'needs variables',
      "if (!process.env.DB_URL) throw new Error('DB_URL is not set')",
      /Error: DB_URL is not set -> it read variables that are not set: DB_URL; set/,
    ],
    [
      'exits',
      "console.error('\\u001b[31mInvalid licence at mongodb://a:hunter2@db.example/shop'); console.log('bye'); process.env.NODE_ENV; process.exit(3)",
      /exit code 3 before it listened; it printed:\n(?=[^]*\\u001b\[31mInvalid licence at mongodb:\/\/\[redacted\]@db\.example\/shop\n)(?=[^]*^bye\n)[^]*^-> it read variables that are not set: NODE_ENV; set/m,
    ],
    [
      'is killed',
      "console.error('bad licence'); process.kill(process.pid, 'SIGKILL')",
      /its process ended with exit code null; it printed:\nbad licence\n-> start it by hand/,
    ],
    ['comes to an end', 'exports.a = 1', /it ended without listening, and exports no Express app/],
    [
      'is not Express',
      "require('http').createServer((req, res) => res.end()).listen(3000)",
      /it listens on port 3000, but not with an Express app/,
    ],
    [
      'has two apps',
      `${APP}app.listen(3000); express().listen(9000);`,
      /it listens with 2 Express apps, on ports 3000 and 9000; choose one with --port/,
    ],
    ['listens elsewhere', `${APP}app.listen(3000);`, /it does not listen on port 80, but on 3000/, { port: 80 }],
    [
      'exports something else',
      'exports.make = () => 7',
      /its export make is neither an Express app nor a function/,
      { app: './app.js#make' },
    ],
    ['is not there', '', /\.\/gone\.js cannot be examined: it does not exist -> set app/, { app: './gone.js' }],
  ])('that %s is refused with the reason', async (_case, source, message, options = {}) => {
    await expect(take(source, options)).rejects.toThrow(message);
  });
});
