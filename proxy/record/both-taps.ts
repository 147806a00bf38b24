import type { ResponseTap } from '../forward/forwarder';

/** One tap that feeds two, or whichever there is. */
export function bothTaps(first: ResponseTap | undefined, second: ResponseTap | undefined): ResponseTap | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    onHead(head) {
      first.onHead(head);
      second.onHead(head);
    },
    onData(chunk) {
      first.onData(chunk);
      second.onData(chunk);
    },
    onEnd(end) {
      first.onEnd(end);
      second.onEnd(end);
    },
  };
}
