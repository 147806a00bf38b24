import { fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { loadOptional } from '../../optional-package';
import type { LoadReport } from './judge';

/** Plain JavaScript, because it runs on the runtime's Node.js. */
const PROGRAM = path.join(__dirname, '../../../lambda/deployment/load-function.js');
/** As long as Lambda waits for a function to initialise, and as long again for a slow machine. */
const TIMEOUT_MS = 20_000;

interface LoadZipOptions {
  readonly zip: string;
  /** It is unpacked below: a module of the runtime that is imported, not required, is found from there alone, whatever NODE_PATH says. */
  readonly runtime: string;
  /** `path/to/file.export` */
  readonly handler: string;
  readonly probes: readonly object[];
  readonly execPath: string;
  /** All that it finds in `process.env`, from the folder that it is unpacked into. */
  readonly environment: (taskRoot: string) => Readonly<Record<string, string>>;
}

/** Unpacks a zip into an empty folder and loads its function there, in a process of its own. Never rejects for what the function does. */
export async function loadZip({
  zip,
  runtime,
  handler,
  probes,
  execPath,
  environment,
}: LoadZipOptions): Promise<{ readonly report: LoadReport; readonly printed: string }> {
  // Resolved: a link on the way to it would give one file two names.
  const folder = await realpath(await mkdtemp(path.join(runtime, 'load-')));
  try {
    await unpack(zip, folder);
    const child = fork(PROGRAM, [], {
      cwd: folder,
      env: environment(folder),
      execPath,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let printed = '';
    child.stderr?.on('data', (text: Buffer) => (printed += text.toString()));
    let report: LoadReport | undefined;
    const timer = setTimeout(() => {
      report ??= { failure: { message: `it has not started within ${TIMEOUT_MS / 1000} s` } };
      child.kill('SIGKILL');
    }, TIMEOUT_MS);
    await new Promise<void>((resolve) => {
      child.on('message', (message) => (report ??= message as LoadReport));
      child.on('error', (error) => (report ??= { failure: { message: error.message } }));
      child.on('close', () => resolve());
      child.send({ handler, probes }, () => undefined);
    });
    clearTimeout(timer);
    return { report: withPrinted(report, printed), printed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An app that ends its process has said why, if anywhere, on its error output. */
function withPrinted(report: LoadReport | undefined, printed: string): LoadReport {
  const { failure } = report ?? { failure: { message: 'its process ended silently' } };
  if (failure === undefined || !/process (?:with exit|ended)/.test(failure.message)) return { ...report, failure };
  const lastWords = printed.trim().split('\n').slice(-5).join('\n');
  return { ...report, failure: { ...failure, message: [lastWords, failure.message].filter(Boolean).join(': ') } };
}

async function unpack(zip: string, folder: string): Promise<void> {
  const needed = { name: 'fflate', neededBy: 'banyan package', development: true };
  const { unzipSync } = await loadOptional(needed, async () => import('fflate'));
  const files = Object.entries(unzipSync(await readFile(zip))).filter(([name]) => !name.endsWith('/'));
  const folders = new Set(files.map(([name]) => path.dirname(inside(folder, name))));
  for (const one of folders) await mkdir(one, { recursive: true });
  for (const [name, content] of files) await writeFile(inside(folder, name), content);
}

/** @throws Error for a name that leads out of the folder */
function inside(folder: string, name: string): string {
  const file = path.resolve(folder, name);
  if (!file.startsWith(folder + path.sep)) throw new Error(`${name} leads out of the zip`);
  return file;
}
