import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../shared/logger';
import { isAbout, ruleKey, rulesOfRoute, type Rule } from '../../shared/parity/rules';
import { SHADOW_HEADER, signMark } from '../../shared/signed-mark';
import { Places } from '../client/places';
import { toApiGateway } from '../forward/for-api-gateway';
import type { ResponseTap } from '../forward/forwarder';
import { requestHeaders } from '../forward/headers';
import type { LambdaSide, Upstream } from '../forward/upstream';
import type { RequestHead } from '../http1/request-head';
import { maskPath } from '../ledger/mismatches';
import type { Observer, ShadowDropReason } from '../observation';
import type { RequestTarget } from '../request-target';
import type { Route } from '../route-table/route';
import { compareCopy, type Copy } from './compare-copy';
import { NoiseWarning } from './noise-warning';
import { noisePlaces } from './noise-places';
import { LegacyAnswer, type TimedAnswer } from './legacy-answer';

export interface ShadowOptions {
  readonly legacy: Upstream;
  readonly lambda: LambdaSide;
  readonly trustedHops: number;
  /** Sign the mark by which the authorizer knows a copy; without any, copies go unmarked and extend sessions. */
  readonly secrets: readonly string[];
  /** What may differ, of all routes: see `loadRules`. */
  readonly rules?: readonly Rule[];
  readonly observer: Observer;
  readonly logger: Logger;
  /** Copies under way at most, waiting for legacy's answer included. One route takes three quarters of them at most, one client half. */
  readonly maxConcurrent?: number;
  /** Until Lambda's whole answer, in ms; and until legacy's, beyond which it gives up its place to another. */
  readonly timeout?: number;
  /** ms, monotonic; default `performance.now`. */
  readonly clock?: () => number;
}

/** Whose request is mirrored, and what the ledger may know of it. */
export type CopyOf = Pick<Copy, 'about' | 'client' | 'span'>;

export interface Shadow {
  /** Watches legacy's answer, then sends the copy to Lambda. Undefined when not in the sample or without room: a client never waits. */
  begin(request: IncomingMessage, target: RequestTarget, route: Route, by: CopyOf): ResponseTap | undefined;
  idle(): Promise<void>;
}

/** Of answers kept for comparing, of all copies together. */
const MAX_BYTES = 32 * 1024 * 1024;
const MARK_LIFETIME = 60_000;

/** Makes the mirror. Its memory and its load on both sides are bounded; what does not fit is dropped and counted. */
export function createShadow(options: ShadowOptions): Shadow {
  const { legacy, lambda, trustedHops, secrets, rules = [], observer, logger } = options;
  const { maxConcurrent = 16, timeout = 10_000 } = options;
  const { clock = () => performance.now() } = options;
  const perRoute = new Places(Math.ceil((maxConcurrent * 3) / 4));
  const perClient = new Places(Math.ceil(maxConcurrent / 2));
  /** Answers of legacy that are not whole yet, by when they began, the oldest first. */
  const begun = new Map<LegacyAnswer, number>();
  const noiseWarning = new NoiseWarning(logger);
  let total = 0;
  let bytes = 0;
  let waiting: (() => void)[] = [];

  const take = (routeId: string, address: string): void => {
    total += 1;
    perRoute.take(routeId);
    perClient.take(address);
  };
  const release = (routeId: string, address: string, kept: number): void => {
    bytes -= kept;
    total -= 1;
    perRoute.free(routeId);
    perClient.free(address);
    if (total > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };

  const lacking = (routeId: string, address: string): ShadowDropReason | undefined => {
    if (total >= maxConcurrent || perRoute.isFull(routeId) || perClient.isFull(address)) return 'busy';
    return bytes >= MAX_BYTES ? 'memory' : undefined;
  };
  /** A stream, or a client that reads slowly, would keep its place for as long as it likes. */
  const giveUpSlow = (): void => {
    const limit = clock() - timeout;
    for (const [answer, at] of begun) {
      if (at > limit) return;
      answer.giveUp();
    }
  };

  /** Returns what came of it, for the trace. */
  const compare = async (copy: Copy, control: TimedAnswer): Promise<string> => {
    const differences = await compareCopy(copy, control, { legacy, lambda, rules, timeout });
    if (differences === 'gateway-refused') {
      observer.shadowDropped(copy.route.id, differences, copy.client);
      return differences;
    }
    if ('noise' in differences) {
      const places = noisePlaces(differences.noise);
      noiseWarning.dropped(copy.route, places);
      observer.shadowDropped(copy.route.id, 'noise', copy.client, places);
      return 'noise';
    }
    noiseWarning.compared(copy.route);
    const equal = differences.length === 0;
    const inForce = equal ? [] : rulesOfRoute(rules, copy.route, new Date());
    observer.comparison(
      {
        routeId: copy.route.id,
        equal,
        // Values stay here: they are the clients' data.
        differences: differences.map(({ path: found, kind, controlType, candidateType, intermittent }) => {
          const path = maskPath(found);
          const despite = inForce.filter((rule) => isAbout(rule, { path, kind })).map(ruleKey);
          return {
            ...{ path, kind, controlType, candidateType },
            ...(despite.length > 0 && { despite }),
            ...(intermittent && { intermittent }),
          };
        }),
        statusCode: control.response.statusCode,
        ...copy.about,
        source: 'shadow',
        at: Date.now(),
      },
      copy.client,
    );
    return equal ? 'equal' : 'different';
  };

  return {
    begin(request, target, route, { about, client, span }) {
      const settings = route.shadow;
      if (settings === undefined || Math.random() >= settings.sample) return undefined;
      const drop = (reason: ShadowDropReason): void => observer.shadowDropped(route.id, reason, client);
      const { address } = client;
      if (lacking(route.id, address) !== undefined) giveUpSlow();
      const reason = lacking(route.id, address);
      if (reason !== undefined) {
        drop(reason);
        return undefined;
      }
      take(route.id, address);

      const withoutBody = request.method === 'HEAD';
      const copy: Copy = {
        route,
        settings,
        about,
        client,
        withoutBody,
        toLegacy: {
          method: request.method ?? 'GET',
          path: request.url ?? '/',
          headers: requestHeaders(request, trustedHops),
        },
        toLambda: () => marked(toApiGateway(request, target, route, lambda.url, trustedHops), secrets),
      };
      const tap = new LegacyAnswer(settings.maxBodyBytes, {
        mayKeep: (size) => {
          if (bytes + size > MAX_BYTES) return false;
          bytes += size;
          return true;
        },
        done: (answer, kept) => {
          begun.delete(tap);
          if (typeof answer === 'string') {
            release(route.id, address, kept);
            drop(answer);
            return;
          }
          // After this turn of the event loop: the client's bytes go first.
          setImmediate(() => {
            const comparison = span?.begin('comparison');
            compare({ ...copy, span: comparison }, answer)
              .then(
                (result) => comparison?.end({ result }),
                (error: unknown) => {
                  observer.shadowDropped(route.id, 'legacy-failed', client);
                  logger.debug({ err: error, route: route.id }, 'shadow: not compared');
                  comparison?.end({ result: 'legacy-failed' });
                },
              )
              .finally(() => release(route.id, address, kept));
          });
        },
      });
      begun.set(tap, clock());
      return tap;
    },

    idle: () => (total === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

function marked({ headers, ...request }: RequestHead, secrets: readonly string[]): RequestHead {
  if (secrets.length === 0) return { ...request, headers };
  const mark = signMark('shadow', 'copy', secrets, new Date(Date.now() + MARK_LIFETIME));
  return { ...request, headers: [...headers, SHADOW_HEADER, mark] };
}
