import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { loadModule } from '../../shared/config/load-module';
import { ConfigError } from '../../shared/errors';
import type { CaseSuite } from '../../shared/parity/case';

export interface LoadedSuite extends CaseSuite {
  readonly file: string;
}

const suite = z.object({ route: z.string(), cases: z.array(z.object({ name: z.string(), request: z.object({}) })) });

/** Loads the suites that `parity.cases` names, relative to `root`. Throws ConfigError naming what is missing, cannot be loaded, or holds none. */
export function loadSuites(places: readonly string[], root: string): readonly LoadedSuite[] {
  if (places.length === 0)
    throw new ConfigError('Parity cases', [
      'parity.cases in banyan.config.ts names no file or folder with suites, and there is no banyan/parity/cases',
    ]);
  const suites = places.flatMap((place) => {
    const full = path.resolve(root, place);
    if (!existsSync(full))
      throw new ConfigError('Parity cases', [`${place} does not exist; correct parity.cases in banyan.config.ts`]);
    const files = statSync(full).isDirectory() ? readdirSync(full).map((name) => path.join(full, name)) : [full];
    return files
      .filter((file) => /\.[cm]?[jt]s$/.test(file))
      .sort()
      .flatMap(suitesIn);
  });
  if (suites.length === 0)
    throw new ConfigError('Parity cases', [
      `${places.join(', ')}: no suite found; export objects of the form {route: 'GET /path', cases: [...]}`,
    ]);
  return suites;
}

export function suitesIn(file: string): readonly LoadedSuite[] {
  let exports: unknown;
  try {
    exports = loadModule(file);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    throw new ConfigError('Parity cases', [`${file} cannot be loaded: ${why}`], error);
  }
  if (typeof exports !== 'object' || exports === null) return [];
  return Object.values(exports).flatMap((value: unknown): LoadedSuite[] =>
    isSuite(value) ? [{ ...value, file }] : [],
  );
}

function isSuite(value: unknown): value is CaseSuite {
  return suite.safeParse(value).success;
}
