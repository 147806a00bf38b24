import type { Upstream } from '../forward/upstream';
import type { RequestHead } from '../http1/request-head';
import { AnswerTooLargeError, collect } from '../forward/collect';
import type { Observer } from '../observation';

export interface RefusalChecksOptions {
  readonly legacy: Upstream;
  readonly observer: Observer;
  /** Questions to legacy at a time about one route; what is more is not asked. Each route has its own, so that a slow one starves no other. */
  readonly maxConcurrent?: number;
  /** Until legacy's answer, in ms. */
  readonly timeout?: number;
}

/** Finds out whether legacy refuses or fails too, where Lambda refused or failed. */
export interface RefusalChecks {
  /** Asks legacy the same, in the background; the client has its answer. */
  check(routeId: string, statusCode: number, request: RequestHead, withoutBody: boolean): void;
}

/** 502 to 504 are API Gateway's: what legacy does then, fallback shows. 500 is what a function or the authorizer answers. */
const DOUBTFUL = new Set([401, 403, 404, 500]);
/** The body is of no interest, but has to be read. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Whether only legacy can tell what an answer of Lambda means: a refusal may be the mistake of an authorizer, and a 500 the fault of a
 * database that both sides have.
 */
export function isRefusal(statusCode: number | undefined): statusCode is number {
  return statusCode !== undefined && DOUBTFUL.has(statusCode);
}

/**
 * Lambda's share of 401, 403 and 404 says nothing by itself: clients without a session and strangers' ids make any number of
 * them, on purpose too. What legacy answers to the same request tells a mistake from a refusal that was deserved.
 */
export function createRefusalChecks(options: RefusalChecksOptions): RefusalChecks {
  const { legacy, observer, maxConcurrent = 4, timeout = 5_000 } = options;
  const underWay = new Map<string, number>();
  return {
    check(routeId, statusCode, request, withoutBody) {
      const asking = underWay.get(routeId) ?? 0;
      if (asking >= maxConcurrent) return;
      underWay.set(routeId, asking + 1);
      // Where legacy refuses too, with whatever status, the client is no better off there. Of an error only another error is a share.
      const shares = statusCode >= 500 ? 500 : 400;
      collect(legacy, request, { timeout, maxBodyBytes: MAX_BODY_BYTES, withoutBody })
        .then(
          (answer) => observer.refusal(routeId, statusCode, answer.statusCode >= shares),
          (error: unknown) => {
            // Larger than is of interest is an answer; none is no better than Lambda's.
            if (statusCode >= 500) observer.refusal(routeId, statusCode, !(error instanceof AnswerTooLargeError));
          },
        )
        .finally(() => underWay.set(routeId, (underWay.get(routeId) ?? 1) - 1))
        .catch(() => undefined);
    },
  };
}
