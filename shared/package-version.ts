import { readFileSync } from 'node:fs';
import path from 'node:path';

const NAME = 'banyan-strangler';
let known: string | undefined;

/** The version of this package, from its sources as well as compiled; `unknown` where its package.json is not there. Read once. */
export function packageVersion(): string {
  known ??= find(__dirname);
  return known;
}

function find(folder: string): string {
  const version = versionIn(path.join(folder, 'package.json'));
  if (version !== undefined) return version;
  const above = path.dirname(folder);
  return above === folder ? 'unknown' : find(above);
}

function versionIn(file: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
    return name === NAME && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
