import { createRequire } from 'node:module';
import path from 'node:path';
import { createJiti } from 'jiti';

/** Whether this file runs as TypeScript: a loader for it is in place then (tsx, jest), and knows the kit's public names. */
const IS_SOURCE = path.extname(__filename) === '.ts';

/** The kit's public names, for files of a team that have no `node_modules` with the kit in it (a container image with the files alone). */
const ALIASES = Object.fromEntries(
  [
    ['config', '../config/index'],
    ['session', '../session/index'],
    ['parity', '../../proxy/parity/index'],
    ['local', '../local/index'],
  ].map(([name, file = '']) => [`banyan-strangler/${name}`, path.join(__dirname, file)]),
);

/** Loads a team's file (absolute path; TypeScript or JavaScript, CommonJS or ESM) and returns its exports, the default one under `default`. */
export function loadModule(file: string): unknown {
  if (IS_SOURCE) return createRequire(__filename)(file) as unknown;
  // As a `require`, so that suites can be loaded where nothing can wait; a file with top-level await is refused by jiti.
  const load: (id: string) => unknown = createJiti(__filename, {
    alias: ALIASES,
    interopDefault: false,
    fsCache: false,
  });
  return load(file);
}
