import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HazardKind, Inventory } from '../../../../proxy/inventory/inventory';
import { takeInventory } from '../../../../proxy/inventory/take-inventory';
import { judgeRoute, type Verdict } from '../../../../proxy/inventory/verdict';

/** What a handler does, what must be found of it, and what becomes of its route. `(req, res)` is what it is a part of. */
const HANDLERS: readonly (readonly [hazards: string, verdict: Verdict, method: string, body: string])[] = [
  [
    '',
    'rewrite',
    'get',
    'const seen = new Map(); seen.set(1, req.query.q); const list = []; list.push(1); res.json({ list })',
  ],
  ['', 'rewrite', 'post', 'await items.insertOne(req.body); res.status(201).json({})'],
  ['', 'rewrite', 'get', 'await new Promise((resolve) => setTimeout(resolve, 5)); res.json(req.session.user)'],
  ['session', 'lift', 'post', 'req.session.returnTo = req.originalUrl; res.end()'],
  ['session', 'lift', 'post', 'req.session.cart.items.push(1); req.session.save(() => res.end())'],
  ['session', 'lift', 'post', "req.flash('info', 'x'); res.redirect('/')"],
  ['session', 'lift', 'post', 'req.login(req.body, () => res.end())'],
  ['csrf', 'lift', 'get', "res.render('form', { token: req.csrfToken() })"],
  ['', 'lift', 'get', "res.render('list')"],
  ['memory', 'stay', 'get', 'counter += 1; res.json({ counter })'],
  ['memory', 'stay', 'get', 'cache.set(req.params.id, 1); res.end()'],
  ['memory', 'stay', 'put', 'remember(req.body); res.end()'],
  ['emitter', 'stay', 'post', "bus.emit('changed', req.body); res.end()"],
  ['timer', 'look', 'post', 'setTimeout(() => send(req.body), 1000); res.end()'],
  ['stream', 'stay', 'get', "res.set('Content-Type', 'text/event-stream'); res.flushHeaders(); res.write('data: 1')"],
  ['stream', 'stay', 'get', "fs.createReadStream('x').pipe(res)"],
  ['file', 'look', 'post', "fs.writeFileSync('/tmp/x', 'x'); res.end()"],
  ['write', 'look', 'get', 'await service.visit(req.params.id); res.end()'],
  ['credential', 'rewrite', 'get', "if (req.get('X-Partner-Key') !== 'k') return res.sendStatus(401); res.json({})"],
  ['credential', 'rewrite', 'get', 'res.json({ key: req.query.access_token })'],
  ['credential', 'rewrite', 'get', "res.json({ key: req.headers['x-partner-secret'] })"],
  ['credential', 'rewrite', 'get', 'res.json({ key: req.cookies.remember_token })'],
];
const ROUTES = 180;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'banyan-hazards-'));
  await symlink(path.join(__dirname, '../../../../node_modules'), path.join(root, 'node_modules'));
});
afterAll(() => rm(root, { recursive: true }));
jest.setTimeout(60_000);

const take = async (source: string): Promise<Inventory> => {
  await writeFile(path.join(root, 'app.js'), source);
  return takeInventory({ app: './app.js', root, env: { PATH: process.env['PATH'] } });
};

const PARTS = `const express = require('express'); const fs = require('node:fs'); const { EventEmitter } = require('node:events');
const { remember } = require('./memory'); const app = express(); const bus = new EventEmitter(); let counter = 0; const cache = new Map();
const items = { insertOne: async () => 1, updateOne: async () => 1 }; const send = () => {};
class Service { async visit(id) { await this.touch(id); return items.updateOne({ id }, {}); } async touch() {} }
const service = new Service(); const wrap = (handler) => (req, res, next) => handler(req, res, next).catch(next);
`;
const MEMORY = 'const seen = {};\nexports.remember = (body) => { seen[body.id] = body; };\n';

it('hazards of a generated app of 180 routes are found, and none that are not there, in under 10 s', async () => {
  const lines = Array.from({ length: ROUTES }, (_, index) => {
    const [, , method, body] = HANDLERS[index % HANDLERS.length] ?? ['', 'look', 'get', ''];
    return `router${index % 9}.${method}('/r${index}/:id', wrap(async (req, res) => { ${body}; }));`;
  });
  const routers = Array.from(
    { length: 9 },
    (_, n) => `const router${n} = express.Router(); app.use('/api/v${n}', router${n});`,
  );
  await writeFile(path.join(root, 'memory.js'), MEMORY);
  const began = performance.now();
  const { routes } = await take(`${PARTS}${[...routers, ...lines].join('\n')}\napp.listen(3000);\n`);
  const seconds = (performance.now() - began) / 1000;

  let [misses, falseAlarms, wrongVerdicts] = [0, 0, 0];
  for (const route of routes) {
    const index = Number(/\/r(\d+)\//.exec(route.path)?.[1]);
    const [hazards = '', verdict] = HANDLERS[index % HANDLERS.length] ?? [];
    const wanted = hazards.split(' ').filter((kind) => kind !== '');
    const found: HazardKind[] = [...new Set(route.hazards.map(({ kind }) => kind))];
    misses += wanted.filter((kind) => !found.some((one) => one === kind)).length;
    falseAlarms += found.filter((kind) => !wanted.includes(kind)).length;
    if (judgeRoute(route).verdict !== verdict) wrongVerdicts += 1;
  }
  process.stdout.write(
    `inventory of ${routes.length} generated routes: ${seconds.toFixed(1)} s, misses ${misses}, false alarms ${falseAlarms}, wrong verdicts ${wrongVerdicts}\n`,
  );
  expect(routes).toHaveLength(ROUTES);
  expect({ misses, falseAlarms, wrongVerdicts }).toEqual({ misses: 0, falseAlarms: 0, wrongVerdicts: 0 });
  expect(seconds).toBeLessThan(10);
  expect(routes.find(({ path: full }) => full.includes('/r11/'))?.hazards).toEqual([
    { kind: 'memory', text: 'changes seen.', place: 'memory.js:2' },
  ]);
});

it('hazards of middleware, and what cannot be read, decide as well', async () => {
  const { routes } = await take(`${PARTS}
const multer = require('multer'); const { Passport } = require('passport'); const passport = new Passport();
const csrfGuard = (req, res, next) => next();
app.post('/photos', multer().single('photo'), (req, res) => res.end());
app.post('/form', csrfGuard, (req, res) => res.end());
app.post('/login', passport.authenticate('local'), (req, res) => res.json(req.user));
app.get('/static', express.static('.'));
app.get('/files/*', (req, res) => res.end());
app.get('/twice', (req, res) => res.end());
app.get('/twice', (req, res) => res.end());
app.all('/all', (req, res) => res.end());
app.use(multer().single('photo'));
app.get('/form', (req, res) => res.render('form'));
app.put('/form', (req, res) => res.end());
module.exports = app;
`);
  const judged = routes.map((route) => ({ path: route.path, ...judgeRoute(route) }));
  expect(judged.map(({ path: full, verdict, reasons }) => `${full} ${verdict}: ${reasons[0] ?? ''}`)).toEqual([
    '/photos stay: uploads are cut at the limits of API Gateway (reads uploads by multer, multer)',
    expect.stringMatching(/^\/form lift: needs the app's own CSRF token \(checks a CSRF token, app\.js:\d+\)$/),
    '/login lift: writes the session, which only the app itself may (passport login, passport)',
    '/static look: its handler comes from a package or is built at run time, and was not read',
    '/files/* stay: API Gateway supports only static segments and :params',
    expect.stringMatching(/^\/twice rewrite/),
    '/twice look: never reached: GET /twice takes its requests',
    '/all look: answers every method',
    "/form lift: renders the app's own views",
    '/form stay: uploads are cut at the limits of API Gateway (reads uploads by multer, multer)',
  ]);
});
