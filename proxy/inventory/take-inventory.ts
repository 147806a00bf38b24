import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseEntry } from '../../shared/app-entry/parse-entry';
import type { Environment } from '../../shared/env';
import { BanyanError } from '../../shared/errors';
import { startEmbedded } from '../../shared/local/mongo';
import { printable, withoutUrlSecrets } from '../../shared/printable';
import { reportSchema, type Inventory, type Order, type Report } from './inventory';

const TIME_LIMIT = 30_000;
/** Lines of what the app prints, without stack frames. */
const LAST_LINES = 5;
const LONGEST_LINE = 300;
const IS_SOURCE = path.extname(__filename) === '.ts';

export interface InventoryOptions {
  /** As in banyan.config.ts: the module that starts the app or exports it; `app.js#createApp` names the export. */
  readonly app: string;
  /** What `app` is relative to, and places are reported from. */
  readonly root: string;
  /** Of the app that is meant, where several listen. */
  readonly port?: number | undefined;
  /** For the app. */
  readonly env: Environment;
  /** Let the app reach what it wants to, its own MongoDB included. */
  readonly mayConnect?: boolean;
  /** Also find out what it passes to express-session and passport, and what it answers anonymous requests. */
  readonly withSetup?: boolean;
}

/** The app could not be started here; its message says why and what to do. */
export class InventoryError extends BanyanError {
  override readonly name = 'InventoryError';
}

/**
 * Starts the app in a process of its own, in which it listens on no port and reaches nothing but an empty MongoDB, and lists its routes. What it does to
 * files is not prevented.
 *
 * @throws InventoryError for an app that does not start, or is not Express
 */
export async function takeInventory({
  app,
  root,
  port,
  env,
  mayConnect = false,
  withSetup = false,
}: InventoryOptions): Promise<Inventory> {
  const { file, exported } = parseEntry(app);
  const entry = resolveEntry(path.resolve(root, file));
  if (entry === undefined) throw failed(app, 'it does not exist', 'set app in banyan.config.ts, or name it with --app');
  const mongo = mayConnect ? undefined : await startEmbedded().catch(() => undefined);
  try {
    const order: Order = { entry, exported, port, root, mongoPort: mongo?.port, mayConnect, withSetup };
    const { report, exitCode, lastLines } = await runApp(order, env);
    if (report !== undefined && 'inventory' in report) return report.inventory;
    const output = lastLines.length === 0 ? '' : `; it printed:\n${lastLines.join('\n')}\n`;
    if (report === undefined)
      throw exitCode === 'late'
        ? failed(app, `it neither listened nor ended within ${TIME_LIMIT / 1000} s${output}`)
        : failed(app, `its process ended with exit code ${exitCode}${output}`);
    const { failure, unset, hasEnded } = report;
    throw failed(
      app,
      hasEnded ? `${failure}${output}` : failure,
      unset.length === 0
        ? undefined
        : `it read variables that are not set: ${unset.join(', ')}; set what it needs, in the environment or in .env`,
    );
  } finally {
    await mongo?.stop();
  }
}

function failed(app: string, why: string, remedy = 'start it by hand and fix what it reports'): InventoryError {
  return new InventoryError(`${app} cannot be examined: ${why}${why.endsWith('\n') ? '' : ' '}-> ${remedy}`, {
    code: 'app_not_examined',
  });
}

function resolveEntry(file: string): string | undefined {
  try {
    return createRequire(file).resolve(file);
  } catch {
    return undefined;
  }
}

interface Ended {
  readonly report: Report | undefined;
  readonly exitCode: number | 'late' | null;
  readonly lastLines: readonly string[];
}

function runApp(order: Order, env: Environment): Promise<Ended> {
  const main = path.join(__dirname, `app-process/main${path.extname(__filename)}`);
  const child = fork(main, [JSON.stringify(order)], {
    cwd: order.root,
    env,
    // Nothing of this process's own: a test runner's would not fit.
    execArgv: ['--enable-source-maps', ...loaderFor(order.entry)],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null)
      createInterface({ input: stream }).on('line', (line) => {
        if (/^\s*(?:at .*)?$/.test(line)) return;
        lastLines.push(printable(withoutUrlSecrets(line)).slice(0, LONGEST_LINE));
        if (lastLines.length > LAST_LINES) lastLines.shift();
      });
  return new Promise((resolve, reject) => {
    let report: Report | undefined;
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, TIME_LIMIT);
    // The app may send messages as well.
    child.on('message', (message) => (report ??= reportSchema.safeParse(message).data));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ report, exitCode: isLate ? 'late' : code, lastLines });
    });
  });
}

/** What TypeScript needs: the app's own tsx, else jiti. This file's own loader serves both. */
function loaderFor(entry: string): string[] {
  const isTypeScript = /\.[cm]?tsx?$/.test(entry);
  const loader = IS_SOURCE
    ? resolveFrom(__filename, 'tsx')
    : isTypeScript
      ? (resolveFrom(entry, 'tsx') ?? resolveFrom(__filename, 'jiti/register'))
      : undefined;
  return loader === undefined ? [] : ['--import', pathToFileURL(loader).href];
}

function resolveFrom(file: string, name: string): string | undefined {
  try {
    return createRequire(file).resolve(name);
  } catch {
    return undefined;
  }
}
