import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { LoadFault } from './messages';

/** What a process of functions runs. */
export interface Program {
  /** JavaScript that calls `serve`. */
  readonly file: string;
  readonly execArgv: readonly string[];
  /** Files that it was made of, absolute, without packages. */
  readonly sources: readonly string[];
  /** Functions that are not in it. */
  readonly faults: readonly LoadFault[];
}

/** Loads the files of functions as they are. */
export function unbundledProgram(): Promise<Program> {
  const extension = path.extname(__filename);
  // From source, a loader of TypeScript is needed wherever the functions are.
  const execArgv = extension === '.ts' ? importing(require.resolve('tsx')) : [];
  return Promise.resolve({ file: path.join(__dirname, `serve-files${extension}`), execArgv, sources: [], faults: [] });
}

/** The project's own loader of TypeScript, for an app that is not compiled; none without a tsconfig.json. */
export function typescriptLoader(root: string): readonly string[] {
  if (!existsSync(path.join(root, 'tsconfig.json'))) return [];
  try {
    return importing(createRequire(path.join(root, 'package.json')).resolve('tsx'));
  } catch {
    return [];
  }
}

const importing = (file: string): readonly string[] => ['--import', pathToFileURL(file).href];
