import { readFileSync } from 'node:fs';
import path from 'node:path';

const NAME = 'banyan-strangler';

interface Manifest {
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
}
let known: Manifest | undefined;

/** The version of this package, from its sources as well as compiled; `unknown` where its package.json is not there. Read once. */
export const packageVersion = (): string => ownManifest().version;

/** The versions of a package that this one works with; `*` where any do. */
export function peerRange(name: string): string {
  const { peerDependencies } = ownManifest();
  return (Object.hasOwn(peerDependencies, name) ? peerDependencies[name] : undefined) ?? '*';
}

const ownManifest = (): Manifest => (known ??= find(__dirname));

function find(folder: string): Manifest {
  const manifest = manifestIn(path.join(folder, 'package.json'));
  if (manifest !== undefined) return manifest;
  const above = path.dirname(folder);
  return above === folder ? { version: 'unknown', peerDependencies: {} } : find(above);
}

function manifestIn(file: string): Manifest | undefined {
  try {
    const { name, version, peerDependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return name === NAME && typeof version === 'string'
      ? { version, peerDependencies: peerDependencies as Manifest['peerDependencies'] }
      : undefined;
  } catch {
    return undefined;
  }
}
