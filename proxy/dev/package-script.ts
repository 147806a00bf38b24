import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ownProperty } from '../../shared/session/own-property';

/** A script of the project's package.json; undefined where there is none. */
export function scriptOf(root: string, name: string): string | undefined {
  const file = path.join(root, 'package.json');
  const manifest: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  const script = ownProperty(ownProperty(manifest, 'scripts'), name);
  return typeof script === 'string' ? script : undefined;
}
