import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownProperty } from '../../../shared/session/own-property';
import { fault, ok, warning, type Finding } from '../finding';

const TIME_LIMIT = 20_000;

export interface AppReport {
  /** Names of the exports that are an Express app, or a function that may make one. */
  readonly apps: readonly string[];
  readonly factories: readonly string[];
  /** What it tried although it was only loaded: `listen`, `connect`. */
  readonly attempts: readonly string[];
  readonly failure: string | undefined;
  /** The source files that it loaded, packages not counted. */
  readonly files: readonly string[];
}

export interface CheckedApp {
  readonly findings: readonly Finding[];
  readonly files: readonly string[];
}

/** Loads the monolith's app module in a process of its own in which nothing can listen or connect, and judges what it tried. */
export async function checkApp(app: string, root: string): Promise<CheckedApp> {
  const file = path.resolve(root, app);
  if (!existsSync(file))
    return {
      findings: [
        fault('app', `${app} does not exist`, 'set app in banyan.config.ts to the module that exports the Express app'),
      ],
      files: [],
    };
  const report = await probe(file);
  return { findings: [judgeApp(app, report)], files: report?.files ?? [] };
}

export function judgeApp(app: string, report: AppReport | undefined): Finding {
  const separate = 'export the app (or a function that makes it) from a module that neither listens nor connects';
  if (report === undefined) return warning('app', `${app} took longer than ${TIME_LIMIT / 1000} s`, separate);
  if (report.attempts.length > 0)
    return warning('app', `${app} tries to ${report.attempts.join(' and ')} while it is loaded`, separate);
  if (report.failure !== undefined)
    return warning('app', `${app} cannot be loaded: ${report.failure}`, 'set the variables it needs, or fix it');
  const names = [...report.apps, ...report.factories];
  if (names.length === 0)
    return warning(
      'app',
      `${app} exports neither an Express app nor a function that returns one`,
      'export the app or a function that makes it',
    );
  return ok('app', `${app} loads without side effects on the network; it exports ${names.join(', ')}`);
}

function probe(file: string): Promise<AppReport | undefined> {
  const source = path.extname(__filename) === '.ts';
  const child = fork(path.join(__dirname, `probe-app${path.extname(__filename)}`), [file], {
    // Nothing of the parent's own loaders: a test runner's would not fit.
    execArgv: source ? ['--import', pathToFileURL(createRequire(__filename).resolve('tsx')).href] : [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT);
    let report: AppReport | undefined;
    let late = false;
    child.on('message', (message) => (report = readReport(message)));
    child.on('error', () => undefined);
    child.on('exit', (code, signal) => {
      clearTimeout(limit);
      late = signal === 'SIGKILL';
      const ended = {
        apps: [],
        factories: [],
        attempts: [],
        failure: `it ended the process (exit code ${code})`,
        files: [],
      };
      resolve(report ?? (late ? undefined : ended));
    });
  });
}

/** The child runs foreign code, which may send messages as well. */
function readReport(message: unknown): AppReport {
  const names = (key: string): string[] => {
    const value = ownProperty(message, key);
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  };
  const failure = ownProperty(message, 'failure');
  return {
    apps: names('apps'),
    factories: names('factories'),
    attempts: names('attempts'),
    failure: typeof failure === 'string' ? failure : undefined,
    files: names('files').filter((file) => existsSync(file)),
  };
}
