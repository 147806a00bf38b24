import { Socket } from 'node:net';

type Done = (error?: Error | null) => void;

/** A connection's socket that leads nowhere: it keeps what is written, reads none of it when told so, and connects by hand. */
export class HandSocket extends Socket {
  /** What was written, in latin1, by the system calls it would take. */
  readonly writes: string[] = [];
  /** While set, what is written waits in the socket. */
  isStuck = false;
  private waiting: Done | undefined;

  get sent(): string {
    return this.writes.join('');
  }

  /** Takes what has waited. */
  takeAll(): void {
    this.isStuck = false;
    const done = this.waiting;
    this.waiting = undefined;
    done?.();
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: Done): void {
    this._writev([{ chunk, encoding }], done);
  }

  override _writev(chunks: { chunk: Buffer | string; encoding: BufferEncoding }[], done: Done): void {
    this.writes.push(
      chunks
        .map(({ chunk, encoding }) => (typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk))
        .map((bytes) => bytes.toString('latin1'))
        .join(''),
    );
    if (this.isStuck) this.waiting = done;
    else done();
  }
}
