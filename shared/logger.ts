import { types } from 'node:util';
import { loggableError } from './loggable-error';

const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, silent: 100 } as const;

/** How severe a line is; `silent` writes nothing. */
export type LogLevel = keyof typeof LEVELS;
/** Least severe first. */
export const LOG_LEVELS = Object.keys(LEVELS) as readonly LogLevel[];

/** The part of pino's interface that shared code and Lambdas use, so that either can stand behind it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface LoggerOptions {
  readonly level?: LogLevel;
  /** Fields on every line, for example `{ function: 'authorizer' }`. */
  readonly base?: object;
  readonly write?: (line: string) => void;
}

/** One JSON object per line, errors with their causes. Lambdas use this because pino adds 64 kB and 6 to 9 ms to a cold start. */
export function createLogger({
  level = 'info',
  base = {},
  write = (line) => process.stdout.write(line),
}: LoggerOptions = {}): Logger {
  const at = (name: Exclude<LogLevel, 'silent'>) => {
    if (LEVELS[name] < LEVELS[level]) return () => undefined;
    return (fields: object, message: string) => {
      const line = { level: name, time: new Date().toISOString(), ...base, ...fields, message };
      write(
        JSON.stringify(line, (_key, value: unknown) => (types.isNativeError(value) ? loggableError(value) : value)) +
          '\n',
      );
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
