import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { build } from 'esbuild';
import { zipSync } from 'fflate';

import { loadZips, type LoadedZips } from '../../../../../shared/deployment/load-zips';
import { readServiceState } from '../../../../../shared/deployment/load-zips/service-state';

const ROOT = path.join(__dirname, '../../../../..');
const SHOP = path.join(__dirname, 'shop');
const { appTree } = createRequire(__filename)('../../../../../lambda/deployment/app-tree.js') as {
  appTree: (options: { app: string; root: string; exclude: readonly string[] }) => Promise<Map<string, string>>;
};
const LIFTED = path.join(ROOT, 'lambda/lifted/index.ts');

interface TestFunction {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly events?: readonly object[];
  readonly lifted?: object;
}

const answers = (body: string) => `exports.handler = async () => { ${body}; return { statusCode: 200 }; };`;
const get = (route: string, more: object = {}) => ({ http: { path: route, method: 'get', ...more } });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'load-zips-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Loads functions as if packaging had left them in a folder. */
async function load(functions: Readonly<Record<string, TestFunction>>, custom: object = {}): Promise<LoadedZips> {
  const state: Record<string, object> = {};
  for (const [name, { files, ...definition }] of Object.entries(functions)) {
    const contents = Object.entries(files).map(([file, text]) => [file, Buffer.from(text)] as const);
    await writeFile(path.join(folder, `${name}.zip`), zipSync(Object.fromEntries(contents)));
    state[name] = { handler: 'index.handler', ...definition };
  }
  const provider = { region: 'eu-west-1', runtime: `nodejs${process.versions.node.split('.')[0] ?? ''}.x` };
  const service = { service: { custom, provider, functions: state } };
  await writeFile(path.join(folder, 'serverless-state.json'), JSON.stringify(service));
  return loadZips({ folder, state: await readServiceState(folder), root: ROOT });
}

const faultsOf = async (one: TestFunction): Promise<readonly string[]> => (await load({ orders: one })).faults;

describe('a function that lacks something is refused by the name of what it lacks', () => {
  it.each([
    ['a module', `require('not-there'); ${answers('')}`],
    ['a module that the first request loads', answers(`require('not-there')`)],
    ['a module of an ES module', `import 'not-there'; export const handler = async () => ({});`, 'index.mjs'],
  ])('%s', async (_what, code, file = 'index.js') => {
    expect(await faultsOf({ files: { [file]: code }, events: [get('orders')] })).toEqual([
      'orders: module not-there is missing in its zip',
    ]);
  });

  it.each([
    [
      'that it checks itself',
      `if (!process.env.PAYMENTS_KEY) throw new Error('PAYMENTS_KEY is missing'); ${answers('')}`,
    ],
    ['that the error does not name', `new URL(process.env.PAYMENTS_KEY); ${answers('')}`],
    ['that ends the process', `if (!process.env.PAYMENTS_KEY) process.exit(1); ${answers('')}`],
    [
      'that the first request reads',
      answers(`if (!process.env.PAYMENTS_KEY) throw new Error('PAYMENTS_KEY is missing')`),
    ],
  ])('a variable %s', async (_what, code) => {
    const one: TestFunction = { files: { 'index.js': code }, events: [get('orders')] };
    const faults = await faultsOf(one);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^orders: .*PAYMENTS_KEY.*not declared/);
    // Known only after a deployment: a placeholder will do.
    const declared = { PAYMENTS_KEY: { Ref: 'Payments' } };
    const placeholders = { PAYMENTS_KEY: 'https://payments.invalid' };
    expect((await load({ orders: { ...one, environment: declared } }, { placeholders })).faults).toEqual([]);
  });

  it('an authorizer’s variable, read at its first request', async () => {
    const code = `exports.handler = async () => { throw new Error(process.env.SESSION_SECRET ? 'Unauthorized' : 'SESSION_SECRET is missing'); };`;
    const functions = {
      guard: { files: { 'index.js': code } },
      orders: { files: { 'index.js': answers('') }, events: [get('orders', { authorizer: { name: 'guard' } })] },
    };
    expect((await load(functions)).faults).toEqual([
      'guard: SESSION_SECRET is not declared in serverless.yml for it: SESSION_SECRET is missing',
    ]);
  });

  it('a file, its handler, a handler of three parameters', async () => {
    const reads = `require('node:fs').readFileSync(__dirname + '/page.html'); ${answers('')}`;
    expect((await faultsOf({ files: { 'index.js': reads } })).join()).toMatch(
      /file .*page\.html is missing in its zip/,
    );
    expect((await faultsOf({ files: { 'other.js': '' } })).join()).toMatch(/module index is missing in its zip/);
    const old = 'exports.handler = (event, context, callback) => callback(null, {});';
    expect((await faultsOf({ files: { 'index.js': old } })).join()).toMatch(/takes 3 parameters/);
  });
});

it('gives a function what it declares and what Lambda sets, and nothing of this machine', async () => {
  process.env['OF_THIS_MACHINE'] = '1';
  try {
    const code = `
      const names = Object.keys(process.env).sort().join();
      const [uri, url, region] = [process.env.MONGODB_URI, process.env.QUEUE_URL, process.env.AWS_REGION];
      throw new Error([names, uri, url, region, process.cwd() === process.env.LAMBDA_TASK_ROOT].join(' '));`;
    const environment = { MONGODB_URI: '{{resolve:secretsmanager:x}}', QUEUE_URL: { Ref: 'Queue' }, LEVEL: 'info' };
    const [fault = ''] = await faultsOf({ files: { 'index.js': code }, environment });
    const names =
      'AWS_ACCESS_KEY_ID,AWS_DEFAULT_REGION,AWS_ENDPOINT_URL,AWS_REGION,AWS_SECRET_ACCESS_KEY,LAMBDA_TASK_ROOT,LANG,LEVEL,MONGODB_URI,NODE_PATH,PATH,QUEUE_URL,TZ';
    expect(fault).toContain(`${names} mongodb://127.0.0.1:`);
    expect(fault).toContain('https://placeholder.invalid/queue_url eu-west-1 true');
  } finally {
    delete process.env['OF_THIS_MACHINE'];
  }
});

it('reports how long functions take to start, their memory, and what they read undeclared', async () => {
  const sdk = `require('@aws-sdk/client-sqs'); const level = process.env.LOG_LEVEL ?? 'info'; ${answers('level')}`;
  const { loaded, faults, node } = await load({ orders: { files: { 'index.js': sdk } } });
  expect(faults).toEqual([]);
  expect(node).toMatchObject({ isRuntimes: true, version: process.version });
  expect(loaded).toEqual([
    expect.objectContaining({ name: 'orders', startMs: expect.any(Number) as unknown, undeclared: ['LOG_LEVEL'] }),
  ]);
  expect(loaded[0]?.memory).toBeGreaterThan(10e6);
});

describe('a lifted app', () => {
  const PRODUCTION = { NODE_ENV: 'production' };
  let whole: Record<string, Uint8Array>;

  beforeAll(async () => {
    const kit = await build({ entryPoints: [LIFTED], bundle: true, platform: 'node', write: false, logLevel: 'error' });
    const tree = await appTree({ app: SHOP, root: ROOT, exclude: [] });
    const files = [...tree].map(
      async ([name, source]) => [name.replace(/^test\/.*\/shop\//, ''), await readFile(source)] as const,
    );
    whole = {
      ...Object.fromEntries(await Promise.all(files)),
      'kit.js': kit.outputFiles[0]?.contents ?? new Uint8Array(),
      'index.js': Buffer.from(`exports.handler = require('./kit.js').lift('server.cjs');`),
    };
  });

  const shop = (change: Partial<TestFunction> & { readonly without?: RegExp } = {}): TestFunction => {
    const { without = /^$/, ...definition } = change;
    const files = Object.fromEntries(Object.entries(whole).filter(([name]) => !without.test(name)));
    return { files, environment: PRODUCTION, lifted: { app: '.' }, events: [get('/')], ...definition };
  };

  it('starts whole', async () => {
    const { faults, loaded } = await load({ shop: shop() });
    expect(faults).toEqual([]);
    expect(loaded[0]).toMatchObject({ isLifted: true, mongoClients: 0, undeclared: ['PORT', 'CLEAN_UP'] });
  });

  it.each([
    ['a view that its page needs', /^views\/home/, 'home'],
    ['a view of a page that only users see', /^views\/account/, 'account'],
  ])('is refused without %s', async (_what, without, name) => {
    const faults = await faultsOf(shop({ without }));
    expect(faults.join('\n')).toMatch(
      new RegExp(`^orders: view ${name} is missing, which server\\.cjs renders: not in `, 'm'),
    );
  });

  it('is refused without a package, without NODE_ENV, and with work of its own that is not listed', async () => {
    expect(await faultsOf(shop({ without: /^node_modules\/express\// }))).toEqual([
      'orders: module express is missing in its zip',
    ]);
    expect(await faultsOf(shop({ environment: {} }))).toEqual([
      'orders: NODE_ENV is not declared as production: Lambda does not set it, and Express then shows clients stack traces',
    ]);
    expect(await faultsOf(shop({ environment: { ...PRODUCTION, CLEAN_UP: 'yes' } }))).toEqual([
      "orders: server.cjs runs every 60000 ms, in every instance: list it where lift is called, background: { 'server.cjs': 'stopped' } or 'wanted'",
    ]);
  });
});
