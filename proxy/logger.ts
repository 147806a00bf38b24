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
  // Writes at once; where a pipe is full it waits and goes on.
  const destination = pino.destination({ dest: file, sync: true });
  // Not sonic-boom's own batches: it measures each line in bytes, which costs more than everything else about a line.
  const batch = Buffer.allocUnsafe(BATCH_BYTES);
  let length = 0;
  const flush = (): void => {
    if (length === 0) return;
    const lines = batch.toString('utf8', 0, length);
    length = 0;
    destination.write(lines);
  };
  setInterval(flush, BATCH_TIME).unref();
  process.once('exit', () => {
    flush();
    destination.flushSync();
  });
  const write = (line: string): void => {
    // A character has three bytes at most in UTF-8, a pair of surrogates four.
    if (line.length * 3 > BATCH_BYTES - length) flush();
    if (line.length * 3 > BATCH_BYTES) destination.write(line);
    else length += batch.write(line, length);
  };
  return pino({ level }, { write });
}
