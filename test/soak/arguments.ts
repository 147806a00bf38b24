import { parseArgs } from 'node:util';
import { readEnvironment, type Environment } from '../../shared/env';
import { ConfigError } from '../../shared/errors';
import type { Check } from './check';

export interface SoakArguments {
  readonly wanted: 'help' | 'run';
  readonly checks: readonly Check[];
  readonly seconds: number;
  readonly scale: number;
}

/**
 * Reads names of checks, `--help` and the environment; no name means all.
 *
 * @throws ConfigError naming an unknown check or option and what there is instead, or a bad variable
 */
export function readArguments(given: readonly string[], env: Environment, all: readonly Check[]): SoakArguments {
  const { values, positionals } = parse(given);
  const unknown = positionals.filter((word) => !all.some(({ name }) => isMeant(name, word)));
  if (unknown.length > 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw new ConfigError('Arguments', [`there is no check ${unknown.join(', ')}; there are ${names}`]);
  }
  const checks = all.filter(({ name }) => positionals.length === 0 || positionals.some((word) => isMeant(name, word)));
  const numbers = readEnvironment(env, (read) => {
    const scale = Number(read.string('SOAK_SCALE', '1'));
    if (!(scale > 0 && scale <= 1)) read.faults.push('SOAK_SCALE must be a number above 0, and 1 at most');
    return { seconds: read.integer('SOAK_SECONDS', { default: 30, min: 1, max: 86_400 }), scale };
  });
  return { wanted: values.help === true ? 'help' : 'run', checks, ...numbers };
}

/** What `--help` prints. */
export function helpText(all: readonly Check[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return `npm run soak -- [name ...]: what must hold for long or under load, a line each. Exit code 1 when something does not hold.

${all.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`).join('\n')}

The beginning of a name is enough: \`npm run soak -- guard\` runs all whose name begins so. Without names all run.

Variables (default):
  SOAK_SECONDS (30)  how long each load lasts
  SOAK_SCALE (1)     share of the fixed numbers of requests, clients and rounds
`;
}

const isMeant = (name: string, word: string): boolean => name.startsWith(word);

function parse(given: readonly string[]): { values: { help?: boolean }; positionals: string[] } {
  try {
    return parseArgs({
      args: [...given],
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new ConfigError('Arguments', [error instanceof Error ? error.message : String(error)], error);
  }
}
