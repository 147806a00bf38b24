import path from 'node:path';
import type { BanyanConfig } from './types';

export interface Place {
  /** As it is reached from the working directory, and shown. */
  readonly path: string;
  /** The configuration does not name it, so it need not exist. */
  readonly isDefault: boolean;
}

/** The parts of a project, where banyan.config.ts names them or where they are by default. */
export interface Places {
  readonly routes: Place;
  readonly serverless: Place;
  /** The folder into which functions are scaffolded; serverless.yml names them wherever they are. */
  readonly functions: Place;
  readonly parity: Readonly<Record<'cases' | 'recordings', readonly Place[]>> &
    Readonly<Record<'rules' | 'system' | 'mutants' | 'sample', Place>>;
}

/** The parts of a project; `root` is the folder of banyan.config.ts, or where it would be. */
export function placesOf(banyan: Pick<BanyanConfig, 'routes' | 'serverless' | 'parity'>, root: string): Places {
  const place = (named: string | undefined, fallback: string): Place => ({
    path: fromHere(path.resolve(root, named ?? fallback)),
    isDefault: named === undefined,
  });
  const { cases, recordings = [], rules, system, mutants, sample } = banyan.parity;
  return {
    routes: place(banyan.routes, 'banyan/routes.yml'),
    serverless: place(banyan.serverless, 'banyan/serverless.yml'),
    functions: place(undefined, 'banyan/functions'),
    parity: {
      cases: cases?.map((named) => place(named, named)) ?? [place(undefined, 'banyan/parity/cases')],
      recordings: recordings.map((named) => place(named, named)),
      rules: place(rules, 'banyan/parity/rules.yml'),
      system: place(system, 'banyan/parity/system.ts'),
      mutants: place(mutants, 'banyan/parity/mutants.yml'),
      sample: place(sample?.file, 'banyan/parity/sample.json'),
    },
  };
}

function fromHere(absolute: string): string {
  const relative = path.relative(process.cwd(), absolute);
  return relative.startsWith('..') || path.isAbsolute(relative) ? absolute : relative;
}
