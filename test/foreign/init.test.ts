import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMongo, type LocalMongo } from '../../shared/local/mongo';
import { waitFor } from '../support/wait-for';
import { installed } from './installed';

const ROOT = path.join(__dirname, '../..');
const LOADER = path.join(ROOT, 'node_modules/tsx/dist/loader.mjs');
const SECRET = 'the key of the shop';
const PATIENCE = 30_000;
jest.setTimeout(120_000);

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'banyan-init-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => path.join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

/** As its team has it: without what is Banyan's. */
function copyOf(name: string): void {
  const root = installed(name);
  cpSync(root, folder, {
    recursive: true,
    filter: (file) => !/node_modules|\/banyan(\/|$|\.config)/.test(file.slice(root.length)),
  });
  symlinkSync(path.join(root, 'node_modules'), at('node_modules'));
}

/** A project of its own, with the packages of this repository. */
function project(files: Readonly<Record<string, string>>): void {
  symlinkSync(path.join(ROOT, 'node_modules'), at('node_modules'));
  for (const [name, text] of Object.entries({ 'package.json': '{ "name": "app" }', ...files })) {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  }
}

function start(args: readonly string[], env: Readonly<Record<string, string>>, cwd = folder) {
  return spawn(process.execPath, ['--import', LOADER, path.join(ROOT, 'proxy/cli/main.ts'), ...args], {
    cwd,
    env: { PATH: process.env['PATH'], TSX_TSCONFIG_PATH: path.join(ROOT, 'tsconfig.json'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function banyan(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = folder) {
  const child = start(args, env, cwd);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, text };
}

const filesIn = (where = folder): string[] =>
  readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(where, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith('node_modules'))
    .sort();

describe('a monolith in CommonJS on a database that is there', () => {
  let mongo: LocalMongo;
  beforeAll(async () => (mongo = await startMongo({ env: {}, databaseName: 'shop' })));
  afterAll(() => mongo.stop());

  it('gets its files, which fit, hold no secret, and survive another init', async () => {
    copyOf('form-shop');
    writeFileSync(at('.env'), `SITE_NAME=Form Shop\nSESSION_KEY='${SECRET}'\n`);
    const env = { MONGO_URL: mongo.uri };
    const before = filesIn();
    const first = await banyan(['init', '--yes'], env);
    expect(first.text).toContain('session     cookie shop.id, secret in SESSION_KEY, rolling false, resave false\n');
    expect(first.text).toContain('ok       secret 1 of 1  fingerprint');
    expect(first.text).toContain('fault    documents      none in shop.webSessions');
    expect(first.text).toMatch(/\nNext:\n {2}npm install && npx banyan routes/);
    expect(first.exitCode).toBe(0);
    const written = filesIn().filter((name) => !before.includes(name));
    expect(written).toEqual([
      'banyan.config.js',
      'banyan/.gitignore',
      'banyan/functions/authorizer.js',
      'banyan/gateway-responses.yml',
      'banyan/parity/rules.yml',
      'banyan/routes.yml',
      'banyan/serverless.yml',
    ]);
    for (const name of [...written, 'package.json'])
      for (const secret of [SECRET, mongo.uri]) expect(read(name)).not.toContain(secret);
    expect(first.text).not.toContain(SECRET);
    expect(read('banyan.config.js')).toMatch(/^const .*require\('banyan-strangler\/config'\);\n/);
    expect(read('banyan.config.js')).toContain(
      "store: { format: 'connect-mongodb-session', collection: 'webSessions' },",
    );
    expect(read('banyan.config.js')).toContain("'x-frame-options': 'SAMEORIGIN',");
    expect(read('package.json')).toContain('"serverless": "npm:osls@');
    expect(read('banyan/parity/rules.yml')).toContain('path: body input[name=_csrf] @value');

    const check = await banyan(['check'], env);
    expect(check.text).toContain('\n0 faults, 0 warnings\n');
    const add = await banyan(['add', 'GET /items', '--lift'], env);
    expect(add.exitCode).toBe(0);
    expect(read('banyan/serverless.yml')).toContain('environment: ${self:custom.monolith}');

    writeFileSync(at('banyan.config.js'), read('banyan.config.js').replace('trustedHops: 1', 'trustedHops: 2'));
    const table = read('banyan/routes.yml');
    const again = await banyan(['init', '--yes', '--trusted-hops', '1'], env);
    expect(again.text).toContain('-  trustedHops: 2,\n+  trustedHops: 1,\n');
    expect(again.text).toContain('Nothing to write');
    expect(read('banyan.config.js')).toContain('trustedHops: 2');
    const replaced = await banyan(['init', '--yes', '--trusted-hops', '1', '--replace'], env);
    expect(replaced.exitCode).toBe(0);
    expect([read('banyan.config.js'), read('banyan.config.js.bak')]).toEqual([
      expect.stringContaining('trustedHops: 1'),
      expect.stringContaining('trustedHops: 2'),
    ]);
    expect(read('banyan/routes.yml')).toBe(table);
  });
});

it('a monolith in ES modules gets its files without anything being looked up', async () => {
  copyOf('notes-api');
  const env = { DATABASE_URL: 'mongodb+srv://a:b@db.invalid/notes', COOKIE_SECRET: SECRET };
  const { text, exitCode } = await banyan(['init', '--yes', '--no-dev-dependencies', '--json'], env);
  expect(exitCode).toBe(0);
  expect(JSON.parse(text)).toMatchObject({
    app: 'src/server.js',
    trustedHops: 0,
    setup: { databaseVariables: ['DATABASE_URL'], user: { lookup: { collection: 'users', field: '_id' } } },
    doctor: { notRun: [expect.stringContaining('MongoDB cannot be reached')] },
  });
  expect(text).not.toContain(SECRET);
  expect(read('banyan.config.js')).toContain("unauthorized: expressJson(401, { error: 'log in or send a key' }),");
  expect(read('banyan.config.js')).toContain(
    "dev: { environment: { DATABASE_URL: '{{MONGODB_URI}}' }, seed: 'npm run seed' },",
  );
  expect(read('banyan/functions/authorizer.js')).toContain("import banyan from '../../banyan.config.js';");
  expect(read('package.json')).not.toContain('osls');
});

const LISTENS = "const app = require('express')();\napp.get('/', (req, res) => res.end());\n";

const BAD_APPS: readonly (readonly [source: string, reason: RegExp])[] = [
  ["throw new Error('no licence');", /app\.js cannot be examined: Error: no licence/],
  ['process.exit(3);', /it ended its process with exit code 3/],
  ["if (!process.env.LICENCE) throw new Error('no');", /read variables that are not set: LICENCE/],
  ["require('http').createServer(() => {}).listen(3000);", /listens on port 3000, but not with an Express app/],
  [
    `${LISTENS}app.listen(3000); require('express')().listen(4000);`,
    /2 Express apps, on ports 3000 and 4000; choose one with --port/,
  ],
];

it('an app that throws, exits, needs variables, is not Express or has a second one is refused with the reason, and nothing is written', async () => {
  symlinkSync(path.join(ROOT, 'node_modules'), at('node_modules'));
  await Promise.all(
    BAD_APPS.map(async ([source, reason], index) => {
      const root = at(String(index));
      mkdirSync(root);
      writeFileSync(path.join(root, 'package.json'), '{ "name": "app" }');
      writeFileSync(path.join(root, 'app.js'), source);
      const { text, exitCode } = await banyan(['init', '--yes'], {}, root);
      expect(text).toMatch(reason);
      expect(exitCode).toBe(2);
      expect(filesIn(root)).toEqual(['app.js', 'package.json']);
    }),
  );
});

it('without an entry, a package.json, a terminal or a reachable URL it says what to do', async () => {
  project({});
  mkdirSync(at('empty'));
  const texts = await Promise.all([
    banyan(['init', '--yes']),
    banyan(['init', '--yes'], {}, at('empty')),
    banyan(['init']),
    banyan(['init', '--yes', '--url', 'http://127.0.0.1:1']),
  ]);
  expect(texts.map(({ text, exitCode }) => [exitCode, text.trim()])).toEqual([
    [2, expect.stringContaining('name it with --entry')],
    [2, expect.stringContaining('no package.json in')],
    [2, expect.stringContaining('give --yes')],
    [2, expect.stringContaining('http://127.0.0.1:1 does not answer')],
  ]);
  expect(filesIn()).toEqual(['package.json']);
});

it('ended in the middle it has written nothing, and the app ends with it', async () => {
  project({
    'app.js': "require('fs').writeFileSync(process.env.MARK, String(process.pid));\nsetInterval(() => {}, 1000);",
  });
  const mark = path.join(folder, 'node_modules.pid');
  const child = start(['init', '--yes'], { MARK: mark });
  await waitFor('the app to start', () => existsSync(mark) && readFileSync(mark, 'utf8') !== '', PATIENCE);
  child.kill('SIGINT');
  await once(child, 'exit');
  const pid = Number(readFileSync(mark, 'utf8'));
  await waitFor('the app to end', () => !isRunning(pid), PATIENCE);
  expect(filesIn()).toEqual(['app.js', 'package.json']);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
