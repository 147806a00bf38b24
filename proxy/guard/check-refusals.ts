import type { Upstream } from '../forward/upstream';
import type { RequestHead } from '../http1/request-head';
import { AnswerTooLargeError, collect } from '../forward/collect';
import type { Client } from '../client/client';
import { Places } from '../client/places';
import type { Observer } from '../observation';

export interface RefusalChecksOptions {
  readonly legacy: Upstream;
  readonly observer: Observer;
}

export interface RefusalChecks {
  /** Asks legacy the same, in the background; the client has its answer. */
  check(refusal: Refusal): void;
}

export interface Refusal {
  readonly routeId: string;
  readonly statusCode: number;
  readonly request: RequestHead;
  readonly client: Client;
  /** Of HEAD. */
  readonly withoutBody: boolean;
}

/** Questions to legacy at a time about one route; what is more is not asked. Each route has its own, so that a slow one starves no other. */
const PER_ROUTE = 4;
/** One client leaves room for others. */
const PER_CLIENT = 2;
/** Until legacy's answer, in ms. */
const TIMEOUT = 5_000;
/** 502 to 504 are API Gateway's: what legacy does then, fallback shows. 500 is what a function or the authorizer answers. */
const DOUBTFUL = new Set([401, 403, 404, 500]);
/** The body is of no interest, but has to be read. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Whether only legacy can show what an answer means: a mistake of an authorizer, or a database that both sides have. */
export function isRefusal(statusCode: number | undefined): statusCode is number {
  return statusCode !== undefined && DOUBTFUL.has(statusCode);
}

/** Distinguishes mistakes from deserved refusals by legacy's answer to the same request: clients make any number of 401, 403 and 404. */
export function createRefusalChecks({ legacy, observer }: RefusalChecksOptions): RefusalChecks {
  const perRoute = new Places(PER_ROUTE);
  const perClient = new Places(PER_CLIENT);
  return {
    check({ routeId, statusCode, request, client, withoutBody }) {
      const place = `${routeId} ${client.address}`;
      if (perRoute.isFull(routeId) || perClient.isFull(place)) return;
      perRoute.take(routeId);
      perClient.take(place);
      const report = (isShared: boolean): void =>
        observer.refusal({ routeId, statusCode, isShared, isSession: false }, client);
      // Where legacy refuses too, with whatever status, the client is no better off there. Of an error only another error is a share.
      const shares = statusCode >= 500 ? 500 : 400;
      collect(legacy, request, { timeout: TIMEOUT, maxBodyBytes: MAX_BODY_BYTES, withoutBody })
        .then(
          (answer) => report(answer.statusCode >= shares),
          (error: unknown) => {
            // Larger than is of interest is an answer; none is no better than Lambda's.
            if (statusCode >= 500) report(!(error instanceof AnswerTooLargeError));
          },
        )
        .finally(() => {
          perRoute.free(routeId);
          perClient.free(place);
        })
        .catch(() => undefined);
    },
  };
}
