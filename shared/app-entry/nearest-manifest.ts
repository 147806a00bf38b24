import { existsSync } from 'node:fs';
import path from 'node:path';

/** The package.json of a folder or the nearest one above it. */
export function nearestManifest(folder: string): string | undefined {
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest)) return manifest;
  const above = path.dirname(folder);
  return above === folder ? undefined : nearestManifest(above);
}
