import { compareExchangeInTurns } from '../../shared/parity/compare';
import { MAX_DIFFERENCES } from '../../shared/parity/compare-values';
import { difference, type Difference, type ObservedResponse } from '../../shared/parity/exchange';
import { rulesOfRoute, type Rule } from '../../shared/parity/rules';
import type { Client } from '../client/client';
import { AnswerTooLargeError, collect } from '../forward/collect';
import { fromApiGateway } from '../forward/for-api-gateway';
import { isRefusedByGateway } from '../forward/gateway-refusal';
import type { LambdaSide, Upstream } from '../forward/upstream';
import type { RequestHead } from '../http1/request-head';
import type { ComparisonObservation } from '../observation';
import type { Route } from '../route-table/route';
import type { ShadowSettings } from '../route-table/schema';
import type { Span } from '../tracing/span';
import type { TimedAnswer } from './legacy-answer';

/** One request to be asked of both sides, as often as needed. */
export interface Copy {
  readonly route: Route;
  readonly settings: ShadowSettings;
  readonly about: Pick<ComparisonObservation, 'identity' | 'queryForm'>;
  readonly client: Client;
  readonly toLegacy: RequestHead;
  readonly toLambda: () => RequestHead;
  readonly withoutBody: boolean;
  /** Of the comparison. */
  readonly span?: Span | undefined;
}

export interface CompareCopyOptions {
  readonly legacy: Upstream;
  readonly lambda: LambdaSide;
  /** Those of all routes: see `loadRules`. */
  readonly rules: readonly Rule[];
  readonly timeout: number;
}

/** A difference between live answers. */
export interface LiveDifference extends Difference {
  /** Lambda's two answers are not alike in it. */
  readonly intermittent?: true;
}

/** Nothing differs but what legacy does not repeat itself. */
export interface Noise {
  readonly noise: readonly Difference[];
}

/**
 * Asks Lambda what legacy has answered and compares, a few milliseconds at a time. What differs is asked of both sides
 * once more, to learn what legacy does not repeat itself: that is noise. Everything else counts, also what Lambda gets
 * wrong only once: an answer with another tenant's data is no better for being rare.
 * @returns what differs; the noise when something differed of which nothing counts; `gateway-refused` when API Gateway
 * did not let it through
 * @throws what `collect` throws when legacy does not answer a second time
 */
export async function compareCopy(
  copy: Copy,
  control: TimedAnswer,
  options: CompareCopyOptions,
): Promise<readonly LiveDifference[] | Noise | 'gateway-refused'> {
  const first = await differencesFromLambda(copy, control, options);
  if (first === 'gateway-refused' || first.length === 0) return first;
  const secondControl = await askLegacy(copy, options);
  const secondTry = await differencesFromLambda(copy, secondControl, options);
  const second = secondTry === 'gateway-refused' ? [] : secondTry;
  // A counter that every request raises, or a random value, differs from itself.
  const ofLegacy = await differencesOf(copy, control, secondControl, options);
  const isNoise = noise(ofLegacy);
  const counted = unionOf(first, second).filter(({ path }) => !isNoise(path));
  return counted.length === 0 ? { noise: ofLegacy } : counted;
}

/** Differences by place; what only one of both has is marked. */
function unionOf(first: readonly Difference[], second: readonly Difference[]): readonly LiveDifference[] {
  const [inFirst, inSecond] = [first, second].map((differences) => new Set(differences.map(({ path }) => path)));
  const mark = (found: Difference, others: ReadonlySet<string> | undefined): LiveDifference =>
    others?.has(found.path) === true ? found : { ...found, intermittent: true };
  return [
    ...first.map((found) => mark(found, inSecond)),
    ...second.filter(({ path }) => inFirst?.has(path) !== true).map((found) => mark(found, inFirst)),
  ];
}

async function differencesFromLambda(
  copy: Copy,
  control: TimedAnswer,
  options: CompareCopyOptions,
): Promise<readonly Difference[] | 'gateway-refused'> {
  const candidate = await askLambda(copy, options);
  if (candidate === 'gateway-refused') return candidate;
  return 'path' in candidate ? [candidate] : differencesOf(copy, control, candidate, options);
}

async function differencesOf(
  { route, about, toLegacy: { method, path, headers } }: Copy,
  control: TimedAnswer,
  candidate: TimedAnswer,
  { rules }: CompareCopyOptions,
): Promise<readonly Difference[]> {
  const sent = [path, ...headers].join('\n');
  const { differences } = await compareExchangeInTurns(control.response, candidate.response, {
    method,
    rules: rulesOfRoute(rules, route, new Date()),
    // Other identities only the suites know, by names of their own.
    ...(about.identity === 'anonymous' && { identity: 'anonymous' }),
    requestHeaders: headers.filter((_line, i) => i % 2 === 0),
    moments: { control: control.moment, candidate: candidate.moment },
    isKnown: (value) => sent.includes(value),
    // Times in the data are not known here, so a distance from the request explains none.
    mayBeOffset: false,
  });
  return differences;
}

/** Whether a place is one at which legacy differs from itself, or below one. */
function noise(differences: readonly Difference[]): (path: string) => boolean {
  const paths = differences.map(({ path }) => path);
  // More were found than are reported.
  const isBodyUnstable = paths.length >= MAX_DIFFERENCES;
  return (path) =>
    (isBodyUnstable && path.startsWith('body ')) ||
    paths.some((place) => path === place || (path.startsWith(place) && /^[.[ ]/.test(path.slice(place.length))));
}

async function timed(answer: Promise<ObservedResponse>): Promise<TimedAnswer> {
  const from = Date.now();
  const response = await answer;
  return { response, moment: { from, to: Date.now() } };
}

function askLegacy(
  { toLegacy, settings, withoutBody, span }: Copy,
  { legacy, timeout }: CompareCopyOptions,
): Promise<TimedAnswer> {
  const options = { timeout, maxBodyBytes: settings.maxBodyBytes, withoutBody, span: span?.begin('legacy') };
  return timed(collect(legacy, toLegacy, options));
}

async function askLambda(
  { route, settings, toLambda, withoutBody, span }: Copy,
  { lambda, timeout }: CompareCopyOptions,
): Promise<TimedAnswer | Difference | 'gateway-refused'> {
  const gateway = { isRefusing: false };
  try {
    const answer = await timed(
      collect(lambda.upstream, toLambda(), {
        timeout: route.timeout ?? timeout,
        maxBodyBytes: settings.maxBodyBytes,
        adapt: (head) => {
          gateway.isRefusing = isRefusedByGateway(head, lambda.accessDeniedBy);
          return fromApiGateway(head, lambda.url);
        },
        withoutBody,
        span: span?.begin('lambda'),
      }),
    );
    return gateway.isRefusing ? 'gateway-refused' : answer;
  } catch (error) {
    if (gateway.isRefusing) return 'gateway-refused';
    const candidate = error instanceof AnswerTooLargeError ? 'a larger answer' : 'no answer';
    return difference('answer', 'missing', 'an answer', candidate);
  }
}
