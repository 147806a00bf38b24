import type { ObservedResponse } from '../../shared/parity/exchange';
import type { Moment } from '../../shared/parity/unify';
import type { AnswerEnd, ResponseTap, UpstreamResponse } from '../forward/forwarder';
import { pairs } from '../http1/raw-headers';
import type { ShadowDropReason } from '../observation';

export interface TimedAnswer {
  readonly response: ObservedResponse;
  readonly moment: Moment;
}

export interface LegacyAnswerEvents {
  mayKeep(bytes: number): boolean;
  /** The answer, or why there is none to compare; and how many bytes were reserved. */
  done(answer: TimedAnswer | ShadowDropReason, kept: number): void;
}

/** Keeps legacy's answer while it is streamed to the client. */
export class LegacyAnswer implements ResponseTap {
  private readonly from = Date.now();
  private head: UpstreamResponse | undefined;
  private chunks: Buffer[] = [];
  private kept = 0;
  private isDone = false;

  constructor(
    private readonly maxBodyBytes: number,
    private readonly events: LegacyAnswerEvents,
  ) {}

  onHead(head: UpstreamResponse): void {
    this.head = head;
  }

  onData(chunk: Buffer): void {
    if (this.isDone) return;
    if (this.kept + chunk.length > this.maxBodyBytes) this.end('answer-too-large');
    else if (!this.events.mayKeep(chunk.length)) this.end('memory');
    else {
      this.kept += chunk.length;
      this.chunks.push(chunk);
    }
  }

  onEnd(end: AnswerEnd): void {
    const { head } = this;
    if (end === 'client-gone') this.end(end);
    else if (end === 'broken' || head === undefined || head.statusCode >= 500) this.end('legacy-failed');
    else {
      const { statusCode, headers } = head;
      this.end({
        response: { statusCode, headers: pairs(headers), body: Buffer.concat(this.chunks) },
        moment: { from: this.from, to: Date.now() },
      });
    }
  }

  /** It takes too long; what comes from now on is not kept. */
  giveUp(): void {
    this.end('slow');
  }

  /** Once; the first counts. */
  private end(answer: TimedAnswer | ShadowDropReason): void {
    if (this.isDone) return;
    this.isDone = true;
    this.chunks = [];
    this.events.done(answer, this.kept);
  }
}
