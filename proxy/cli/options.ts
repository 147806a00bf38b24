import { InvalidArgumentError, Option, type Command } from 'commander';

export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON instead of text');
}

/** The options of most commands. */
export function withCommonOptions(command: Command): Command {
  return withJson(command).option('--config <file>', 'use another banyan.config.ts');
}

/** An option that may be given several times; `absent` is what the help shows as its default. */
export function repeatable(flags: string, description: string, absent: string): Option {
  return new Option(flags, `${description}; repeatable`)
    .argParser((text: string, before: readonly string[]): readonly string[] => [...before, text])
    .default([], absent);
}

/** Reads an option's argument. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`);
  };
}

export const readPort = wholeNumber(1, 65_535);
