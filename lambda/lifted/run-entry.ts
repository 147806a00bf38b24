import { existsSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What Node itself starts a CommonJS program with, so that `require.main === module` holds in it. It is not in Node's types. */
interface ModuleLoader {
  _load(...args: [file: string, parent: undefined, isMain: boolean]): unknown;
  readonly _cache: Record<string, unknown>;
}
const loader = Module as unknown as ModuleLoader;

/**
 * Runs a file as the program of this process, as `node <file>` would in the folder of its `package.json`: CommonJS or ESM.
 *
 * @param file absolute; the extension may be missing where `require` finds it
 * @param attempt from 1; an ES module is evaluated anew at each, what it imports is not
 * @returns what the file exports
 * @throws whatever loading it throws
 */
export async function runEntry(file: string, attempt: number): Promise<unknown> {
  const entry = createRequire(file).resolve(file);
  const manifest = nearestManifest(entry);
  process.argv = [process.argv[0] ?? process.execPath, entry];
  process.chdir(path.dirname(manifest ?? entry));
  if (isModule(entry, manifest)) {
    const url = pathToFileURL(entry);
    if (attempt > 1) url.searchParams.set('attempt', String(attempt));
    return import(url.href) as Promise<unknown>;
  }
  const before = new Set(Object.keys(loader._cache));
  try {
    return loader._load(entry, undefined, true);
  } catch (error) {
    // What it has loaded holds what has failed, such as a rejected connection.
    for (const name of Object.keys(loader._cache)) if (!before.has(name)) Reflect.deleteProperty(loader._cache, name);
    throw error;
  }
}

function nearestManifest(entry: string): string | undefined {
  for (let folder = path.dirname(entry); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) return manifest;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** As Node decides it, but for files whose syntax alone decides. */
function isModule(entry: string, manifest: string | undefined): boolean {
  const extension = path.extname(entry);
  if (extension === '.mjs' || extension === '.cjs' || manifest === undefined) return extension === '.mjs';
  const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof content === 'object' && content !== null && 'type' in content && content.type === 'module';
}
