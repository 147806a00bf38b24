import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { taskRootOf } from '../../../../shared/lambda-environment';

const load: (file: string) => unknown = createRequire(__filename);
const { appTree } = load('../../../../lambda/deployment/app-tree.js') as {
  appTree: (options: { app: string; root: string; exclude: readonly string[] }) => Promise<Map<string, string>>;
};
const plugin = load('../../../../lambda/deployment/task-root.js') as { taskRootOf: typeof taskRootOf };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'app-tree-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(files: Readonly<Record<string, string | object>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

const treeOf = async (app = '', exclude: readonly string[] = []): Promise<readonly string[]> =>
  [...(await appTree({ app: path.join(root, app), root, exclude })).keys()].sort();

it('takes the app’s own files, and of its packages those of production, wherever they lie', async () => {
  await write({
    'package.json': { dependencies: { a: '1' }, devDependencies: { jest: '1' }, optionalDependencies: { none: '1' } },
    'server.js': '',
    'views/home.ejs': '',
    '.env': 'SECRET=1',
    '.git/config': '',
    '.well-known/security.txt': '',
    'coverage/x.html': '',
    'uploads/big.bin': '',
    'node_modules/a/package.json': { dependencies: { b: '1', '@scope/c': '1' }, peerDependencies: { d: '1', e: '1' } },
    'node_modules/a/index.js': '',
    'node_modules/a/node_modules/b/package.json': {},
    'node_modules/b/package.json': { dependencies: { jest: '1' } },
    'node_modules/@scope/c/package.json': { dependencies: { a: '1' } },
    'node_modules/d/package.json': {},
    'node_modules/jest/package.json': {},
  });
  expect(await treeOf('', ['uploads'])).toEqual([
    '.well-known/security.txt',
    'node_modules/@scope/c/package.json',
    'node_modules/a/index.js',
    'node_modules/a/node_modules/b/package.json',
    'node_modules/a/package.json',
    'node_modules/d/package.json',
    'package.json',
    'server.js',
    'views/home.ejs',
  ]);
});

it('finds packages above the app, and those of workspaces where their links are', async () => {
  await write({
    'legacy/package.json': { dependencies: { shared: '1' } },
    'legacy/server.js': '',
    'packages/shared/package.json': { dependencies: { b: '1' } },
    'packages/shared/index.js': '',
    'node_modules/b/package.json': {},
  });
  await symlink(path.join(root, 'packages/shared'), path.join(root, 'node_modules/shared'));
  expect(await treeOf('legacy')).toEqual([
    'legacy/package.json',
    'legacy/server.js',
    'node_modules/b/package.json',
    'node_modules/shared/index.js',
    'node_modules/shared/package.json',
  ]);
});

it('names a package that is not installed', async () => {
  await write({ 'package.json': { dependencies: { a: '1' } } });
  await expect(treeOf()).rejects.toThrow(/package\.json: a is not installed; run npm install there/);
});

it.each([
  ['/repo', '/repo/legacy', '/repo'],
  ['/repo/banyan', '/repo', '/repo'],
  ['/repo/deploy/banyan', '/repo/apps/shop', '/repo'],
  ['/repo', '/repo', '/repo'],
])(
  'serverless.yml in %s, the app in %s: the zip’s root is %s, for the plugin and for the gateway',
  (service, app, expected) => {
    expect(plugin.taskRootOf(service, app)).toBe(expected);
    expect(taskRootOf(service, app)).toBe(expected);
  },
);
