import { rmSync } from 'node:fs';
import path from 'node:path';
import { installed } from './installed';

/** Removes what the set-up made. */
export default function uninstall(): void {
  rmSync(path.dirname(installed().tarball), { recursive: true, force: true });
}
