import pino, { type Logger } from 'pino';

/** A write costs more than making the line: lines are written when so many bytes have come together ... */
const BATCH_BYTES = 32 * 1024;
/** ... or after so many ms. */
const BATCH_TIME = 200;

/**
 * JSON lines to standard output or a file, in batches. What is left is written when the process ends, also by an uncaught
 * error; only SIGKILL loses the lines of the last {@link BATCH_TIME} ms.
 */
export function createProxyLogger(level: string, file: string | number = 1): Logger {
  const destination = pino.destination({ dest: file, minLength: BATCH_BYTES, maxWrite: 2 * BATCH_BYTES, sync: true });
  // Not flushSync, which also waits for the disk.
  setInterval(() => destination.flush(), BATCH_TIME).unref();
  process.once('exit', () => destination.flushSync());
  return pino({ level }, destination);
}
