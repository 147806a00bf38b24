/** Memory that all exchanges under way share. */
export interface Memory {
  /** Reserves that many bytes; false if there is no room. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
}

/** Bodies are kept by reference to the chunks that pass by; nothing is copied. */
export class KeptBody {
  private chunks: Buffer[] = [];
  private reserved = 0;
  private tooLarge = false;
  /** Of the whole body, kept or not. */
  length = 0;

  constructor(
    private readonly memory: Memory,
    private readonly limit: number,
  ) {}

  /** False when there is no memory left. */
  add(chunk: Buffer): boolean {
    this.length += chunk.length;
    if (this.tooLarge) return true;
    if (this.length > this.limit) {
      this.tooLarge = true;
      this.release();
      return true;
    }
    if (!this.memory.reserve(chunk.length)) return false;
    this.reserved += chunk.length;
    this.chunks.push(chunk);
    return true;
  }

  /** Undefined when it was larger than what is kept. */
  content(): Buffer | undefined {
    return this.tooLarge ? undefined : Buffer.concat(this.chunks);
  }

  release(): void {
    this.memory.release(this.reserved);
    this.reserved = 0;
    this.chunks = [];
  }
}
