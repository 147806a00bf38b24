import { closeSync, openSync, write as writeFile, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { types } from 'node:util';
import pino from 'pino';
import { loggableError } from '../shared/loggable-error';
import type { Logger } from '../shared/logger';

/** A write costs more than making the line: lines are written when so many bytes have come together ... */
const BATCH_BYTES = 32 * 1024;
/** ... or after so many ms. */
const BATCH_TIME = 200;
/** What waits for a disk or a reader that takes nothing; more is dropped. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** JSON lines to standard output or a file, in batches that are written at the end too; SIGKILL loses {@link BATCH_TIME} ms. Throws open errors. */
export function createProxyLogger(level: string, file: string | number = 1): Logger {
  const lines = new LineWriter(typeof file === 'number' ? file : openSync(file, 'a'));
  const timer = setInterval(() => lines.flush(), BATCH_TIME).unref();
  process.once('exit', () => {
    clearInterval(timer);
    lines.end(typeof file === 'string');
  });
  const log = pino(
    { level, serializers: { err: (error: unknown) => (types.isNativeError(error) ? loggableError(error) : error) } },
    lines,
  );
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: log.isLevelEnabled('info') ? quickInfo(log, lines) : () => undefined,
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}

/** The level of most lines, one for each request: those with flat fields are written as pino would, in a third of its time. */
function quickInfo(log: pino.Logger, lines: LineWriter): Logger['info'] {
  const base = `,"pid":${process.pid},"hostname":${JSON.stringify(hostname())}`;
  return (fields, message) => {
    const text = flatFields(fields);
    if (text === undefined) log.info(fields, message);
    else lines.write(`{"level":30,"time":${Date.now()}${base}${text},"msg":${quoted(message)}}\n`);
  };
}

/** Fields as JSON, each with a comma before it; undefined when one of them holds others. */
function flatFields(fields: object): string | undefined {
  let text = '';
  for (const name in fields) {
    const value: unknown = fields[name as keyof typeof fields];
    if (typeof value === 'string') text += `,"${name}":${quoted(value)}`;
    else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
      text += `,"${name}":${String(value)}`;
    else if (value !== undefined) return undefined;
  }
  return text;
}

/** What JSON writes otherwise than as it is (RFC 8259 section 7), and halves of pairs, which UTF-8 cannot have. */
const NOT_AS_IT_IS = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return NOT_AS_IT_IS.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Drops what a full disk or stopped reader does not take: pino's sonic-boom makes all else wait, and measures each line in bytes. */
export class LineWriter {
  private readonly batch = Buffer.allocUnsafe(BATCH_BYTES);
  private length = 0;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private isWriting = false;
  private hasEnded = false;
  /** When the write under way began; Infinity when there is none. */
  private writingSince = Number.POSITIVE_INFINITY;
  private dropped = 0;

  constructor(private readonly fd: number) {}

  /** Takes a line with its line feed. */
  write(line: string): void {
    // A character has three bytes at most in UTF-8, a pair of surrogates four.
    if (line.length * 3 > BATCH_BYTES - this.length) this.flush();
    if (line.length * 3 > BATCH_BYTES) this.enqueue(Buffer.from(line));
    else this.length += this.batch.write(line, this.length);
  }

  /** Hands what has come together to the system, without waiting for it. */
  flush(): void {
    if (this.length === 0) return;
    const bytes = Buffer.from(this.batch.subarray(0, this.length));
    this.length = 0;
    this.enqueue(bytes);
  }

  /** Writes what is left, at once, unless the system has not taken for some time what it was given: then it would wait for ever. */
  end(isOwn: boolean): void {
    this.hasEnded = true;
    try {
      if (performance.now() - this.writingSince < BATCH_TIME) {
        for (const bytes of [...this.waiting, this.batch.subarray(0, this.length)]) writeSync(this.fd, bytes);
      }
      if (isOwn) closeSync(this.fd);
    } catch {
      // There is nowhere left to report it.
    }
  }

  private enqueue(bytes: Buffer): void {
    if (this.waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.drop(bytes);
      return;
    }
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (!this.isWriting) this.next();
  }

  private next(): void {
    if (this.hasEnded) return;
    const bytes = this.waiting.shift();
    if (bytes === undefined) return;
    this.waitingBytes -= bytes.length;
    this.isWriting = true;
    this.writingSince = performance.now();
    writeFile(this.fd, bytes, (error, written) => {
      this.isWriting = false;
      this.writingSince = Number.POSITIVE_INFINITY;
      // A pipe that is full for now (EAGAIN) takes the rest later.
      const rest = bytes.subarray(written);
      if (error !== null && error.code !== 'EAGAIN') this.drop(bytes);
      else if (rest.length > 0) {
        this.waiting.unshift(rest);
        this.waitingBytes += rest.length;
      } else this.tellDropped();
      if (error === null) this.next();
      else setTimeout(() => !this.isWriting && this.next(), BATCH_TIME).unref();
    });
  }

  private drop(bytes: Buffer): void {
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) this.dropped += 1;
  }

  private tellDropped(): void {
    if (this.dropped === 0) return;
    const line = { level: 40, time: Date.now(), dropped: this.dropped, msg: 'log lines could not be written' };
    this.dropped = 0;
    this.write(`${JSON.stringify(line)}\n`);
  }
}
