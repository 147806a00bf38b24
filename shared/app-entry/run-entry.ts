import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { moduleLoader } from './module-loader';
import { nearestManifest } from './nearest-manifest';

interface RunOptions {
  /** From 1; an ES module is evaluated again at each; what it imports is not. */
  readonly attempt?: number;
  /** Whether the `.env` next to the `package.json` is loaded. */
  readonly loadsEnvFile?: boolean;
}

/**
 * Runs a file as the program of this process, as `node <file>` would in the folder of its `package.json`: CommonJS or ESM.
 *
 * @param file absolute; the extension may be missing where `require` finds it
 * @returns what the file exports
 * @throws whatever loading it throws
 */
export async function runEntry(file: string, { attempt = 1, loadsEnvFile = false }: RunOptions = {}): Promise<unknown> {
  const entry = createRequire(file).resolve(file);
  const manifest = nearestManifest(path.dirname(entry));
  process.argv = [process.argv[0] ?? process.execPath, entry];
  process.chdir(path.dirname(manifest ?? entry));
  if (loadsEnvFile && existsSync('.env')) process.loadEnvFile('.env');
  if (isModule(entry, manifest)) {
    const url = pathToFileURL(entry);
    if (attempt > 1) url.searchParams.set('attempt', String(attempt));
    return import(url.href) as Promise<unknown>;
  }
  const before = new Set(Object.keys(moduleLoader._cache));
  try {
    return moduleLoader._load(entry, undefined, true);
  } catch (error) {
    // What it has loaded holds what has failed, such as a rejected connection.
    for (const name of Object.keys(moduleLoader._cache))
      if (!before.has(name)) Reflect.deleteProperty(moduleLoader._cache, name);
    throw error;
  }
}

/** Of a CommonJS module, `default` is what it exports as a whole, unless it says otherwise. */
export function exportNamed(exports: unknown, name: string): unknown {
  const own: unknown = isHolder(exports) ? Reflect.get(exports, name) : undefined;
  return own === undefined && name === 'default' ? exports : own;
}

/** Whether what a module exports has properties. */
export const isHolder = (exports: unknown): exports is object =>
  (typeof exports === 'object' || typeof exports === 'function') && exports !== null;

/** As Node decides it, but for files whose syntax alone decides. */
function isModule(entry: string, manifest: string | undefined): boolean {
  const extension = path.extname(entry);
  if (/^\.[mc][jt]s$/.test(extension) || manifest === undefined) return extension.startsWith('.m');
  const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof content === 'object' && content !== null && 'type' in content && content.type === 'module';
}
