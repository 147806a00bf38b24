import { existsSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../errors';
import { ownProperty } from '../session/own-property';
import { DEFAULT_CONFIG } from './default-config';
import { defineConfig } from './define-config';
import { loadModule } from './load-module';
import { placesOf, type Places } from './places';
import type { BanyanConfig, BanyanOptions } from './types';

export interface LoadedConfig {
  readonly banyan: BanyanConfig;
  /** Absolute; paths inside the configuration are relative to its folder. */
  readonly file: string;
}

/** A project, whether it has a banyan.config.ts yet or not. */
export interface Project {
  readonly banyan: BanyanConfig;
  /** What paths in banyan.config.ts are relative to. */
  readonly root: string;
  readonly places: Places;
}

const NAMES = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `banyan.config.${extension}`);

/** Loads `banyan.config.*` of a folder, or the file `given` relative to it. Throws ConfigError naming every fault. */
export function loadBanyanConfig(folder: string, given?: string): LoadedConfig {
  const found = findBanyanConfig(folder, given);
  if (found !== undefined) return found;
  throw new ConfigError('banyan.config.ts', [
    `no banyan.config.ts (or .mts, .cts, .js, .mjs, .cjs) in ${folder}; run the command in your project's root, or name the file`,
  ]);
}

/** The same for programs that work without a configuration: the defaults of express-session, connect-mongo and passport are then assumed. */
export function findProject(folder: string, given?: string): Project {
  const found = findBanyanConfig(folder, given);
  return projectOf(found?.banyan ?? DEFAULT_CONFIG, found === undefined ? folder : path.dirname(found.file));
}

/** The project of a configuration that is loaded, whose paths are relative to `root`. */
export function projectOf(banyan: BanyanConfig, root: string): Project {
  return { banyan, root, places: placesOf(banyan, root) };
}

/** Undefined when no file is named and there is none. Throws ConfigError naming every fault, and for a named file that does not exist. */
export function findBanyanConfig(folder: string, given?: string): LoadedConfig | undefined {
  if (given !== undefined) {
    const file = path.resolve(folder, given);
    if (!existsSync(file))
      throw new ConfigError('banyan.config.ts', [`${given} does not exist; name the file with --config`]);
    return read(file);
  }
  const file = NAMES.map((name) => path.join(folder, name)).find((candidate) => existsSync(candidate));
  return file === undefined ? undefined : read(file);
}

function read(file: string): LoadedConfig {
  let loaded: unknown;
  try {
    loaded = loadModule(file);
  } catch (error) {
    // By its name: the file may have loaded the kit a second time.
    if (error instanceof ConfigError) throw error;
    throw new ConfigError('banyan.config.ts', [`${file} cannot be loaded: ${firstLine(error)}`], error);
  }
  // Validated here once more, so that a file that exports a plain object is as good as one that called defineConfig.
  const options = ownProperty(loaded, 'default') ?? loaded;
  return { banyan: defineConfig(options as BanyanOptions), file };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0] ?? '';
}
