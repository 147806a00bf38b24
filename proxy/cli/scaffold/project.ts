import { createRequire } from 'node:module';
import path from 'node:path';
import { nearestManifest } from '../../../shared/app-entry/nearest-manifest';
import { parseEntry } from '../../../shared/app-entry/parse-entry';
import type { BanyanConfig } from '../../../shared/config';
import { loadBanyanConfig } from '../../../shared/config/load';
import { placesOf } from '../../../shared/config/places';
import type { Environment } from '../../../shared/env';
import { BanyanError } from '../../../shared/errors';
import { readProjectRoutes } from '../config';
import { readIfThere } from './changes';
import { dialectOf, type Dialect } from './dialect';

interface TextFile {
  readonly file: string;
  /** Undefined: it does not exist. */
  readonly text: string | undefined;
}

/** The files of a project that routes are scaffolded into. Paths are as reached from the working directory. */
export interface ScaffoldProject {
  readonly banyan: BanyanConfig;
  readonly root: string;
  readonly configFile: string;
  readonly dialect: Dialect;
  readonly routes: TextFile;
  readonly serverless: TextFile & { readonly text: string };
  readonly functionsFolder: string;
  readonly casesFolder: string;
}

/** @throws ConfigError for a configuration that is missing or wrong, BanyanError if there is no serverless.yml */
export function loadScaffoldProject(env: Environment, config: string | undefined): ScaffoldProject {
  const { banyan, file: configFile } = loadBanyanConfig(process.cwd(), config);
  const root = path.dirname(configFile);
  const places = placesOf(banyan, root);
  const serverless = places.serverless.path;
  const text = readIfThere(serverless);
  if (text === undefined)
    throw new BanyanError(`${serverless} is missing; functions are added to it, and banyan init writes it`, {
      code: 'no_serverless_file',
    });
  const { file: routesFile } = readProjectRoutes(env);
  const [cases] = places.parity.cases;
  if (cases === undefined || /\.[cm]?[jt]s$/.test(cases.path))
    throw new BanyanError('parity.cases of banyan.config.ts names files only; put a folder for suites first', {
      code: 'no_cases_folder',
    });
  return {
    banyan,
    root,
    configFile,
    dialect: dialectOf(configFile),
    routes: { file: routesFile, text: readIfThere(routesFile) },
    serverless: { file: serverless, text },
    functionsFolder: places.functions.path,
    casesFolder: cases.path,
  };
}

/** The monolith's entry: its file, the export that is the app, and the folder of its package.json, absolute. */
export function appEntry({ banyan, root }: Pick<ScaffoldProject, 'banyan' | 'root'>): {
  readonly file: string;
  readonly exported: string | undefined;
  readonly folder: string;
} {
  const { file: name, exported } = parseEntry(banyan.app);
  const file = createRequire(path.join(root, 'x')).resolve(path.resolve(root, name));
  return { file, exported, folder: path.dirname(nearestManifest(path.dirname(file)) ?? file) };
}
