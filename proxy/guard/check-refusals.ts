import type { Upstream } from '../forward/upstream';
import type { RequestHead } from '../http1/request-head';
import { collect } from '../shadow/collect';
import type { Observer } from '../observation';

export interface RefusalChecksOptions {
  readonly legacy: Upstream;
  readonly observer: Observer;
  /** Questions to legacy at a time; what is more is not asked. */
  readonly maxConcurrent?: number;
  /** Until legacy's answer, in ms. */
  readonly timeout?: number;
}

/** Finds out whether legacy refuses too what Lambda refused. */
export interface RefusalChecks {
  /** Asks legacy the same, in the background; the client has its answer. */
  check(routeId: string, statusCode: number, request: RequestHead, withoutBody: boolean): void;
}

const STATUSES = new Set([401, 403, 404]);
/** The body is of no interest, but has to be read. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Whether an answer of Lambda may be the mistake of an authorizer, which is no 5xx. */
export function isRefusal(statusCode: number | undefined): statusCode is 401 | 403 | 404 {
  return statusCode !== undefined && STATUSES.has(statusCode);
}

/**
 * Lambda's share of 401, 403 and 404 says nothing by itself: clients without a session and strangers' ids make any number of
 * them, on purpose too. What legacy answers to the same request tells a mistake from a refusal that was deserved.
 */
export function createRefusalChecks(options: RefusalChecksOptions): RefusalChecks {
  const { legacy, observer, maxConcurrent = 4, timeout = 5_000 } = options;
  let underWay = 0;
  return {
    check(routeId, statusCode, request, withoutBody) {
      if (underWay >= maxConcurrent) return;
      underWay += 1;
      collect(legacy, request, { timeout, maxBodyBytes: MAX_BODY_BYTES, withoutBody })
        .then((answer) => {
          // Where legacy refuses too, with whatever status, or fails, the client is no better off there.
          const isShared = answer.statusCode >= 400;
          observer.refusal(routeId, statusCode, isShared);
        })
        .catch(() => undefined)
        .finally(() => (underWay -= 1));
    },
  };
}
