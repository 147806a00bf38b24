import { existsSync, readFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What Node itself starts a CommonJS program with, so that `require.main === module` holds in it. It is not in Node's types. */
const loader = Module as unknown as { _load(...call: [file: string, parent: undefined, isMain: true]): unknown };

/**
 * Runs a file as the program of this process, as `node <file>` would in the folder of its `package.json`, with the `.env` there.
 *
 * @param entry absolute
 * @returns what it exports
 * @throws whatever loading it throws
 */
export async function runEntry(entry: string): Promise<unknown> {
  const manifest = nearestManifest(entry);
  process.argv = [process.argv[0] ?? process.execPath, entry];
  process.chdir(path.dirname(manifest ?? entry));
  if (existsSync('.env')) process.loadEnvFile('.env');
  if (!isModule(entry, manifest)) return loader._load(entry, undefined, true);
  return (await import(pathToFileURL(entry).href)) as unknown;
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
  if (/^\.[mc][jt]s$/.test(extension) || manifest === undefined) return extension.startsWith('.m');
  const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof content === 'object' && content !== null && 'type' in content && content.type === 'module';
}
