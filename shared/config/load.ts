import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig, type BanyanConfig, type BanyanOptions } from '.';
import { ownProperty } from '../session/own-property';
import { ConfigError } from '../errors';

export interface LoadedConfig {
  readonly banyan: BanyanConfig;
  /** Absolute; paths inside the configuration are relative to its folder. */
  readonly file: string;
}

/** `banyan.config.ts` at the root of the project; in the built package, its compiled form. */
const DEFAULT_FILE = path.join(__dirname, '../../banyan.config.ts');

/**
 * Loads what is particular to the monolith, by path rather than by import, so that another file can be named.
 *
 * @throws ConfigError naming every fault
 */
export function loadBanyanConfig(given?: string): LoadedConfig {
  const file = compiledForm(given === undefined ? DEFAULT_FILE : path.resolve(given));
  if (!existsSync(file))
    throw new ConfigError('banyan.config.ts', [`${given ?? file} does not exist; name the file with --config`]);
  let loaded: unknown;
  try {
    loaded = createRequire(__filename)(file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError('banyan.config.ts', [`${given ?? file} cannot be loaded: ${firstLine(error)}`], error);
  }
  // Validated here once more, so that a file that exports a plain object is as good as one that called defineConfig.
  const options = ownProperty(loaded, 'default') ?? loaded;
  return { banyan: defineConfig(options as BanyanOptions), file };
}

/** The path itself, or that of its compiled form: in the built package `./legacy/app.ts` is `./legacy/app.js`. */
export function compiledForm(file: string): string {
  const compiled = file.replace(/\.ts$/, '.js');
  return existsSync(file) || !existsSync(compiled) ? file : compiled;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0] ?? '';
}
