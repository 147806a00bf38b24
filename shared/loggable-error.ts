import { types } from 'node:util';
import { BanyanError } from './errors';
import { shownMessage, withoutUrlSecrets } from './printable';

export interface LoggableError {
  readonly name: string;
  readonly code?: string | number;
  readonly message: string;
  /** Frames only: the first line of a stack repeats the message. */
  readonly stack?: string;
  readonly cause?: LoggableError;
}

const DEEPEST = 4;

/** What of an error may enter a log. Messages and properties of foreign errors may quote a client or hold a password: they stay out. */
export function loggableError(error: Error, depth = DEEPEST): LoggableError {
  const { name, stack } = error;
  const code: unknown = 'code' in error ? error.code : undefined;
  const frames = framesOf(error.message, stack);
  return {
    name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    message: error instanceof BanyanError ? withoutUrlSecrets(error.message) : shownMessage(error.message),
    ...(frames.length > 0 && { stack: frames.join('\n') }),
    ...(types.isNativeError(error.cause) && depth > 0 && { cause: loggableError(error.cause, depth - 1) }),
  };
}

/** As V8 writes a frame: a place in a file, in Node itself or in evaluated code. */
const FRAME =
  /^ {4}at (?:.{0,200} \()?(?:(?:file:\/\/|node:|[A-Za-z]:\\|\/)[^\s()]{1,500}:\d+:\d+|<anonymous>|native)\)?$/;

/** The frames behind the message. A message may have lines of its own that look like frames, and those may be a client's. */
function framesOf(message: string, stack: string | undefined): readonly string[] {
  const at = stack?.indexOf(message) ?? -1;
  if (stack === undefined || at < 0) return [];
  return stack
    .slice(at + message.length)
    .split('\n')
    .filter((line) => FRAME.test(line));
}
