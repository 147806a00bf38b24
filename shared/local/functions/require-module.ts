import { existsSync } from 'node:fs';

import { loadModule } from '../../config/load-module';
import { filesOf, type LoadModule } from './handler';

/** As all files of a team are loaded: TypeScript or JavaScript. */
export const requireModule: LoadModule = (module) => {
  const files = filesOf(module);
  const file = files.find((one) => existsSync(one));
  if (file === undefined)
    throw new Error(`Cannot find module '${module}' (none of ${files.map(extensionOf).join(', ')})`);
  return loadModule(file);
};

const extensionOf = (file: string): string => /\.\w+$/.exec(file)?.[0] ?? '';
