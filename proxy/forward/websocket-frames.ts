/** Follows WebSocket frames (RFC 6455 section 5.2) and knows whether another may be put in here. */
export class FrameBoundary {
  private header: number[] = [];
  /** Payload bytes of the current frame that are still to come. */
  private remaining = 0;

  get isBetweenFrames(): boolean {
    return this.remaining === 0 && this.header.length === 0;
  }

  push(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.remaining > 0) {
        const taken = Math.min(this.remaining, chunk.length - offset);
        this.remaining -= taken;
        offset += taken;
        continue;
      }
      this.header.push(chunk[offset] ?? 0);
      offset += 1;
      const payload = payloadLength(this.header);
      if (payload === undefined) continue;
      this.header = [];
      this.remaining = payload;
    }
  }
}

/** Payload length (masking key included) once the header is complete, else undefined. */
function payloadLength(header: readonly number[]): number | undefined {
  const second = header[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (header.length < 2 + extended) return undefined;
  const length = extended === 0 ? short : header.slice(2).reduce((value, byte) => value * 256 + byte, 0);
  return length + ((second & 0x80) === 0 ? 0 : 4);
}
