import { createHash } from 'node:crypto';
import { MAX_BUFFERED_BODY, type ObservedBody } from './exchange';

/** Collects a body that comes in pieces; what grows beyond a bound is kept as length and hash only. */
export class BodyCollector {
  private readonly hash = createHash('sha256');
  private chunks: Buffer[] = [];
  private length = 0;

  /** @param limit bytes that are kept */
  constructor(private readonly limit = MAX_BUFFERED_BODY) {}

  add(chunk: Buffer): void {
    this.length += chunk.length;
    this.hash.update(chunk);
    if (this.length <= this.limit) this.chunks.push(chunk);
    else this.chunks = [];
  }

  end(): ObservedBody {
    if (this.length <= this.limit) return Buffer.concat(this.chunks);
    return { length: this.length, sha256: this.hash.digest('hex') };
  }
}
