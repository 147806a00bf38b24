/**
 * `npm run test:foreign [app]`: moves two routes of a foreign monolith lifted and one rewritten, all the way and back, by the documented commands and
 * with what the npm package holds (`npm run build` first). Each app is copied, installed from its lock file, and given the kit.
 */
import assert from 'node:assert';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort } from '../../shared/local/free-port';
import { DEV_PORTS } from '../support/free-ports';
import { APPS, type ForeignApp } from './apps';

const ROOT = path.join(__dirname, '../..');
const CLI = 'node_modules/banyan-strangler/dist/proxy/cli/main.js';
/** Development dependencies of packaging and of the local cloud. */
const TOOLS = ['serverless', 'serverless-esbuild', 'esbuild', 'fflate', 'banyan-embedded-mongo'];
/** What an upper bound of 1 % on the mismatch rate takes, with 95 % confidence, and some to spare. */
const REQUESTS = 420;
const AT_ONCE = 2;
const DEADLINE_MS = 90_000;
/** Of what a team writes by hand until its first routes are on shadow. */
const MOST_LINES = 40;

const run = promisify(execFile);

async function move(app: ForeignApp): Promise<void> {
  const began = performance.now();
  const folder = mkdtempSync(path.join(tmpdir(), `banyan-${app.name}-`));
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const step = (text: string): void =>
    console.log(`${app.name} ${((performance.now() - began) / 1000).toFixed(1)} s: ${text}`);
  try {
    const source = path.join(__dirname, app.name);
    cpSync(source, folder, { recursive: true, filter: (file) => !/node_modules|by-hand/.test(file) });
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--silent'], { cwd: folder });
    symlinkSync(ROOT, path.join(folder, 'node_modules/banyan-strangler'));
    for (const tool of TOOLS)
      symlinkSync(path.join(ROOT, 'node_modules', tool), path.join(folder, 'node_modules', tool));
    step('installed');

    const dotenv = Object.entries(app.environment).map(([name, value]) => `${name}='${value}'\n`);
    writeFileSync(path.join(folder, '.env'), dotenv.join(''));
    const ports = await Promise.all(DEV_PORTS.map(async (name) => [name, String(await freePort())] as const));
    const env: Record<string, string | undefined> = {
      ...Object.fromEntries(ports),
      PATH: process.env['PATH'],
      HOME: folder,
      LOG_LEVEL: 'error',
    };
    const banyan = async (...args: string[]): Promise<string> =>
      (await run(process.execPath, [CLI, ...args], { cwd: folder, env })).stdout.trim();

    step(await banyan('init', '--yes', '--trusted-hops', '0', '--no-dev-dependencies'));
    const byHand = new ByHand(folder);
    for (const { find, write } of app.edits) byHand.replace('banyan.config.js', find, write);
    await banyan('gateway-responses');
    const before = treeOf(folder);

    for (const { id, route, rewritten } of app.routes) {
      step(await banyan('add', route, rewritten === undefined ? '--lift' : '--rewrite', '--id', id));
      if (rewritten === undefined) continue;
      const [mark] = readFileSync(path.join(folder, `banyan/functions/${id}.js`), 'utf8').split('\n');
      const text = readFileSync(path.join(source, 'by-hand', rewritten.file), 'utf8');
      byHand.write(`banyan/functions/${id}.js`, `${mark ?? ''}\n${text}`);
      for (const [name, account] of Object.entries(rewritten.middleware))
        byHand.replace('banyan/routes.yml', `${name}: todo`, `${name}: ${account}`);
      const { suite } = rewritten;
      if (suite !== undefined) byHand.replace(`banyan/parity/cases/${id}.js`, suite.find, suite.write);
    }
    step(`lines written by hand: ${byHand.lines}`);
    if (byHand.lines > MOST_LINES) throw new Error(`more than ${MOST_LINES} lines are written by hand`);
    await banyan('routes', '--write');
    step(await banyan('check'));
    step(await banyan('package', '--stage', 'dev'));
    const { close, banner } = await startDev(folder, env);
    stops.push(close);
    step(banner);
    env['MONGODB_URI'] = /MONGODB_URI=(\S+)/.exec(banner)?.[1];
    step(await banyan('parity', 'run', '--record'));

    for (const { id } of app.routes) await banyan('promote', id, '--to', 'shadow', '--development');
    const proxyUrl = `http://127.0.0.1:${env['PORT'] ?? ''}`;
    const cookie = await app.logIn(proxyUrl);
    const routes: { id: string; target: string }[] = [];
    for (const { id, path: given, from } of app.routes) {
      const text = from === undefined ? '' : await (await fetch(proxyUrl + from.path, { headers: { cookie } })).text();
      routes.push({ id, target: given.replace('{}', from?.pattern.exec(text)?.[1] ?? '') });
    }
    for (const { target } of routes) await send(proxyUrl, target, cookie);
    step(`${REQUESTS} requests a route on shadow`);
    let refusal = '';
    for (const { id, target } of routes)
      await waitFor(
        () => `${id} to be promoted: ${refusal}`,
        async () => {
          try {
            step(await banyan('promote', id, '--to', 'canary', '--percent', '100', '--development'));
            return true;
          } catch (error) {
            // Copies that found no place are no evidence: more are sent.
            await send(proxyUrl, target, cookie);
            refusal = error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
            return false;
          }
        },
      );
    /** Of each route, as the proxies count. */
    const answers = async (side: 'legacy' | 'lambda'): Promise<readonly number[]> => {
      // Routes that are rolled back are findings, which have an exit code of their own.
      const text = await banyan('status', '--json').catch((error: unknown) => (error as { stdout: string }).stdout);
      return (JSON.parse(text) as Status).routes.map(({ traffic }) => traffic[side]?.requests ?? 0);
    };
    const waitForSide = async (side: 'legacy' | 'lambda'): Promise<void> => {
      const before = await answers(side);
      await waitFor(`${side} to answer every route`, async () => {
        for (const { target } of routes) await expectPage(proxyUrl + target, cookie);
        return (await answers(side)).every((count, index) => count > (before[index] ?? 0));
      });
    };
    await waitForSide('lambda');
    step(`status\n${await banyan('status')}`);
    for (const { id } of app.routes) step(await banyan('rollback', id, '--reason', 'the way back'));
    await waitForSide('legacy');
    stops.pop();
    await close();

    const [first] = app.routes;
    await expectRefusal(banyan('remove', first?.id ?? ''), 'it is on stage canary');
    const table = path.join(folder, 'banyan/routes.yml');
    writeFileSync(table, readFileSync(table, 'utf8').replaceAll(/stage: canary\n *percent: 100\n/g, 'stage: legacy\n'));
    for (const { id, rewritten } of app.routes) {
      if (rewritten !== undefined) await expectRefusal(banyan('remove', id), 'was edited since');
      step(await banyan('remove', id, ...(rewritten === undefined ? [] : ['--force'])));
    }
    assert.deepStrictEqual(treeOf(folder), before);
    step('done: the tree is as before');
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Changes that a person makes to the files of a project. */
class ByHand {
  lines = 0;

  constructor(private readonly folder: string) {}

  write(file: string, text: string): void {
    const at = path.join(this.folder, file);
    const known = (existsSync(at) ? readFileSync(at, 'utf8') : '').split('\n');
    for (const line of text.split('\n')) {
      const position = known.indexOf(line);
      if (position === -1) this.lines += 1;
      else known.splice(position, 1);
    }
    writeFileSync(at, text);
  }

  replace(file: string, find: string, text: string): void {
    const before = readFileSync(path.join(this.folder, file), 'utf8');
    if (before.split(find).length !== 2) throw new Error(`${file} has ${JSON.stringify(find)} not once`);
    this.write(
      file,
      before.replace(find, () => text),
    );
  }
}

/** The files of a project that belong into git, but for what `banyan routes --write` has written. */
function treeOf(folder: string): Readonly<Record<string, string>> {
  const names = filesIn(folder).map((file) => path.relative(folder, file));
  const own = names
    .filter((name) => !/node_modules|\.serverless|\.esbuild|^\.npm\/|app-routes\.json/.test(name))
    .sort();
  return Object.fromEntries(own.map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

async function expectRefusal(command: Promise<string>, reason: string): Promise<void> {
  const refusal = await command.then(
    () => ({ code: 0, stdout: '' }),
    (error: unknown) => error as { readonly code: number; readonly stdout: string },
  );
  assert.strictEqual(refusal.code, 3);
  assert.ok(refusal.stdout.includes(reason), refusal.stdout);
}

/** What is read of `banyan status --json`. */
interface Status {
  readonly routes: readonly {
    readonly traffic: Readonly<Record<'legacy' | 'lambda', { readonly requests: number } | null>>;
  }[];
}

/** `banyan dev`, until its banner. Closes as Ctrl-C does. */
async function startDev(cwd: string, env: NodeJS.ProcessEnv): Promise<{ banner: string; close: () => Promise<void> }> {
  const child = spawn(process.execPath, [CLI, 'dev'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let banner = '';
  child.stdout.on('data', (text: Buffer) => (banner += text.toString()));
  const close = async (): Promise<void> => {
    child.kill('SIGINT');
    const [code] = (await exited) as unknown[];
    if (code !== 0) throw new Error(`banyan dev ended with ${String(code)}:\n${banner}`);
  };
  await waitFor(
    () => `banyan dev:\n${banner}`,
    () => banner.includes('Try it') || child.exitCode !== null,
  );
  if (child.exitCode !== null) await close();
  return { banner, close };
}

async function send(proxyUrl: string, target: string, cookie: string): Promise<void> {
  let left = REQUESTS;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await expectPage(proxyUrl + target, cookie);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function expectPage(url: string, cookie: string): Promise<void> {
  const response = await fetch(url, { headers: { cookie } });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  await response.arrayBuffer();
}

async function waitFor(what: string | (() => string), holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

async function main(): Promise<void> {
  const [wanted] = process.argv.slice(2);
  for (const app of APPS) if (wanted === undefined || wanted === app.name) await move(app);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
