import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Setup } from '../../../../proxy/inventory/setup';
import { takeInventory } from '../../../../proxy/inventory/take-inventory';

const DRIVER_3 = path.join(__dirname, '../../../oracles/connect-mongo-3/node_modules/mongodb');
const MODULES = path.join(__dirname, '../../../../node_modules');
let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'banyan-setup-'));
  await symlink(MODULES, path.join(root, 'node_modules'));
  await writeFile(path.join(root, 'package.json'), '{ "name": "app" }');
});
afterAll(() => rm(root, { recursive: true }));
jest.setTimeout(60_000);

async function setupOf(source: string, env: Record<string, string> = {}, name = 'app.js'): Promise<Setup> {
  await writeFile(path.join(root, name), source);
  const given = { PATH: process.env['PATH'], ...env };
  const { setup } = await takeInventory({ app: name, root, env: given, withSetup: true });
  if (setup === undefined) throw new Error('no setup');
  return setup;
}
const EXPRESS =
  "const express = require('express');\nconst session = require('express-session');\nconst app = express();\n";
const LISTEN = 'app.listen(3000);\n';

it('the options are those that express-session and its store really get', async () => {
  const setup = await setupOf(
    `${EXPRESS}
const { MongoStore } = require('connect-mongo');
const options = { name: 'sid', secret: process.env.KEYS.split(','), rolling: true, resave: false, saveUninitialized: false, cookie: { path: '/app', secure: true } };
const store = MongoStore.create({
  mongoUrl: process.env.DB, collectionName: 'logins', touchAfter: 60, ttl: 100, stringify: false,
  transformId: (id) => id, crypto: { secret: process.env.AT_REST, hashing: 'sha256' },
});
const guard = session({ ...options, store });
app.set('trust proxy', 2);
app.use((req, res, next) => (req.path === '/health' ? next() : guard(req, res, next)));
${LISTEN}`,
    {
      KEYS: 'a first secret',
      OTHERS: '["a first secret", "older"]',
      DB: 'mongodb+srv://u:pw@db.example.net/x',
      AT_REST: 'at rest',
    },
  );
  expect(setup.trustProxy).toBe(2);
  expect(setup.databaseVariables).toEqual(['DB']);
  expect(setup.sessions).toEqual([
    {
      cookieName: 'sid',
      cookiePath: '/app',
      secure: true,
      rolling: true,
      resave: false,
      secret: { count: 1, variables: expect.arrayContaining(['KEYS', 'OTHERS']) as unknown, isVerbatim: false },
      store: {
        from: 'connect-mongo',
        isMemory: false,
        options: expect.objectContaining({
          collectionName: 'logins',
          touchAfter: 60,
          ttl: 100,
          stringify: false,
        }) as unknown,
        functions: ['transformId'],
        encryption: {
          scheme: 'kruptein',
          secret: { count: 1, variables: ['AT_REST'], isVerbatim: false },
          hashing: 'sha256',
        },
      },
    },
  ]);
  const text = JSON.stringify(setup);
  for (const secret of ['pw', 'a first secret', 'at rest']) expect(text).not.toContain(secret);
});

it('defaults are filled in as express-session does; a secret in the code has no variable', async () => {
  const setup = await setupOf(`${EXPRESS}app.use(session({ secret: ' spaced' }));\n${LISTEN}`);
  expect(setup).toEqual({
    trustProxy: false,
    sessions: [
      {
        cookieName: 'connect.sid',
        cookiePath: '/',
        secure: false,
        rolling: false,
        resave: true,
        secret: { count: 1, variables: [], isVerbatim: true },
        store: { from: 'express-session', isMemory: true, options: {}, functions: [] },
      },
    ],
    databaseVariables: [],
    answers: [],
  });
});

it('ES modules are seen as well', async () => {
  const source = `import express from 'express';
import session from 'express-session';
import { Passport } from 'passport';
const passport = new Passport({});
passport.serializeUser((req, user, done) => process.nextTick(done, null, { userId: user._id.toHexString(), name: user.name }));
const app = express();
app.use(session({ key: 'k', secret: 's' }));
${LISTEN}`;
  const setup = await setupOf(source, {}, 'app.mjs');
  expect(setup.sessions.map(({ cookieName }) => cookieName)).toEqual(['k']);
  expect(setup.user).toEqual({ key: 'passport', shape: 'data', properties: ['userId', 'name'] });
});

describe('what passport keeps of a user', () => {
  const passport = (
    serialize: string,
    deserialize = '(id, done) => done(null, false)',
    driver = 'mongodb',
  ): string => `${EXPRESS}
const passport = require('passport');
const { MongoClient } = require(${JSON.stringify(driver)});
const db = new MongoClient('mongodb://db.example.net/x').db();
passport.serializeUser(${serialize});
passport.deserializeUser(${deserialize});
${LISTEN}`;

  it('is an id, and where it is looked up', async () => {
    const find = `async (id, done) => done(null, await db.collection('people').findOne({ login: String(id) }))`;
    expect((await setupOf(passport('(user, done) => done(null, user.login.toString())', find))).user).toEqual({
      key: 'passport',
      shape: 'id',
      properties: ['login'],
      lookup: { collection: 'people', field: 'login' },
    });
  });

  it('is looked up by driver 3, which mongoose 5 has, as well', async () => {
    const find = `async (id, done) => {
      const client = await MongoClient.connect('mongodb://db.example.net/x', { useUnifiedTopology: true });
      done(null, await client.db().collection('people').findOne({ login: id }));
    }`;
    const setup = await setupOf(
      passport('(user, done) => done(null, user.login)', find, DRIVER_3).replace('const db', '//'),
    );
    expect(setup.user).toMatchObject({ lookup: { collection: 'people', field: 'login' } });
  });

  it.each([
    ['accepts any', '(id, done) => done(null, { id })', 'none'],
    ['refuses one that it finds in no query which is seen', '(id, done) => done(null, false)', 'unseen'],
    ['fails', '(id, done) => done(new Error())', 'unseen'],
  ])('is an id of which deserializeUser %s', async (_what, deserialize, lookup) => {
    const { user } = await setupOf(passport('(user, done) => done(null, user.id)', deserialize));
    expect(user).toEqual({ key: 'passport', shape: 'id', properties: ['id'], lookup });
  });

  it.each([
    ['that throws', '() => { throw new Error(); }'],
    ['that rejects', 'async () => { throw new Error(); }'],
    ['that fails', "(user, done) => done(new Error('x'))"],
  ])('is unknown by a serialiser %s', async (_what, serialize) => {
    expect((await setupOf(passport(serialize))).user).toEqual({ key: 'passport', shape: 'unknown', properties: [] });
  });
});

it('answers of harmless routes are asked for, without what changes from request to request, and without secrets', async () => {
  const setup = await setupOf(
    `${EXPRESS}
let n = 0;
app.use(session({ secret: 'a known secret' }));
app.use((req, res, next) => { res.set({ 'X-Always': 'yes', 'X-Count': String(n++) }); next(); });
app.get('/me', (req, res) => res.status(401).json({ error: 'log in' }));
app.get('/page', (req, res) => res.send('page ' + n));
app.get('/leak', (req, res) => res.set('X-Leak', 'a known secret').send('<title>a known secret</title><input name="_csrf" value="' + n + '">'));
app.get('/form', (req, res) => { req.session.seen = 1; res.send('<meta name=csrf-token content=' + n + '><input name="_csrf" value="' + n + '"><input name="email" value="' + n + '">'); });
app.get('/never', () => undefined);
app.get('/items/:id', (req, res) => res.end());
app.post('/me', (req, res) => res.end());
${LISTEN}`,
  );
  expect(setup.answers.map(({ path: at, statusCode, body, isFixed }) => [at, statusCode, body, isFixed])).toEqual([
    ['/me', 401, '{"error":"log in"}', true],
    ['/page', 200, expect.stringContaining('page'), false],
    // Its secret may be a word that is on each page: what differs is known all the same.
    ['/leak', 200, '', false],
    ['/form', 200, expect.stringContaining('csrf'), false],
  ]);
  expect(setup.answers[0]?.headers).toMatchObject({ 'x-always': 'yes', 'x-powered-by': 'Express' });
  expect(setup.answers[0]?.headers).not.toHaveProperty('x-count');
  expect(setup.answers[0]?.varies).toMatchObject({ fields: [] });
  expect(setup.answers[0]?.varies.headers).toContain('x-count');
  expect(JSON.stringify(setup)).not.toContain('a known secret');
  expect(setup.answers[2]?.varies.fields).toEqual(['input _csrf']);
  expect(setup.answers[3]?.varies).toMatchObject({
    fields: ['meta csrf-token', 'input _csrf'],
  });
});

it('variables that its own files read are listed by name; copies of all of them, and what packages read, are not', async () => {
  await writeFile(
    path.join(root, 'app.js'),
    `${EXPRESS}const copy = { ...process.env };\nconst { ONE } = process.env;\nif (process.env.TWO) copy.THREE = 3;\n${LISTEN}`,
  );
  const env = { PATH: process.env['PATH'], ONE: '1', OTHER: '2' };
  const { variables } = await takeInventory({ app: 'app.js', root, env });
  expect(variables).toEqual(
    expect.arrayContaining([
      { name: 'ONE', isSet: true },
      { name: 'TWO', isSet: false },
    ]),
  );
  expect(variables.map(({ name }) => name)).not.toContain('OTHER');
});
