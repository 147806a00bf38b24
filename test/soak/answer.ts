import type { IncomingHttpHeaders } from 'node:http';

/** Who answers. */
export type Side = 'legacy' | 'lambda';

export interface ExpectedAnswer {
  readonly body: string;
  /** Without a length: chunked. */
  readonly isChunked: boolean;
}

const LARGE = 20_000;

/**
 * The one right answer of a side to a request: it names both, so that the answer to another request is seen, and comes in four
 * forms by the number at the path's end: small and large, with a length and chunked.
 */
export function answerTo(by: Side, method: string, path: string): ExpectedAnswer {
  const form = Number(/\d+$/.exec(path)?.[0] ?? 0) % 4;
  const unit = `${path} `;
  const padding = form >= 2 ? unit.repeat(Math.ceil(LARGE / unit.length)) : '';
  return { body: JSON.stringify({ by, method, path, padding }), isChunked: form % 2 === 1 };
}

/** The one right body of an unsafe request. */
export function bodyOf(path: string): string {
  return JSON.stringify({ path, padding: path.repeat(20) });
}

export interface ReceivedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Who gave an answer, where that can be seen; what is wrong with it, if something is. */
export interface Judgement {
  readonly by?: Side;
  readonly fault?: string;
}

/** Which side gave this answer: it must be the one right answer of that side, with its type and its framing. */
export function judgeAnswer(
  { method, path }: { readonly method: string; readonly path: string },
  { status, headers, body }: ReceivedAnswer,
): Judgement {
  for (const by of ['legacy', 'lambda'] as const) {
    const expected = answerTo(by, method, path);
    if (body !== expected.body) continue;
    if (status !== 200) return { fault: `status ${status} with the body of a 200` };
    if (headers['content-type'] !== 'application/json') return { fault: 'without its Content-Type' };
    const length = expected.isChunked ? undefined : String(body.length);
    if (headers['content-length'] !== length) return { fault: `Content-Length ${headers['content-length'] ?? 'none'}` };
    return { by };
  }
  return { fault: status === 200 ? 'status 200 with another body' : String(status) };
}
