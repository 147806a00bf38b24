import { compareExchangeInTurns } from '../../shared/parity/compare';
import { MAX_DIFFERENCES } from '../../shared/parity/compare-values';
import { difference, type Difference, type ObservedResponse } from '../../shared/parity/exchange';
import type { Rule } from '../../shared/parity/rules';
import { AnswerTooLargeError, collect } from '../forward/collect';
import { fromApiGateway } from '../forward/for-api-gateway';
import type { LambdaSide, Upstream } from '../forward/upstream';
import type { RequestHead } from '../http1/request-head';
import type { ComparisonObservation } from '../observation';
import type { Route, ShadowSettings } from '../route-table/route';
import type { TimedAnswer } from './legacy-answer';
import { rulesOfRoute } from './rules';

/** One request to be asked of both sides, as often as needed. */
export interface Copy {
  readonly route: Route;
  readonly settings: ShadowSettings;
  readonly about: Pick<ComparisonObservation, 'identity' | 'queryForm'>;
  readonly toLegacy: RequestHead;
  readonly toLambda: () => RequestHead;
  readonly withoutBody: boolean;
}

export interface CompareCopyOptions {
  readonly legacy: Upstream;
  readonly lambda: LambdaSide;
  /** Those of all routes: see `loadRules`. */
  readonly rules: readonly Rule[];
  /** Until a whole answer, in ms. */
  readonly timeout: number;
}

/**
 * Asks Lambda what legacy has answered and compares, a few milliseconds at a time. What differs is asked of both sides once more:
 * only what differs again counts, and only where legacy's own two answers agree.
 *
 * @returns what differs, or `not-repeated` when something did of which nothing counts
 * @throws what `collect` throws when legacy does not answer a second time
 */
export async function compareCopy(
  copy: Copy,
  control: TimedAnswer,
  options: CompareCopyOptions,
): Promise<readonly Difference[] | 'not-repeated'> {
  const first = await differencesFromLambda(copy, control, options);
  if (first.length === 0) return first;
  const secondControl = await askLegacy(copy, options);
  const again = await differencesFromLambda(copy, secondControl, options);
  const places = new Set(first.map(({ path }) => path));
  const repeated = again.filter(({ path }) => places.has(path));
  if (repeated.length === 0) return 'not-repeated';
  // A counter that every request raises, or a random value, differs from itself.
  const isNoise = noise(await differencesOf(copy, control, secondControl, options));
  const counted = repeated.filter(({ path }) => !isNoise(path));
  return counted.length === 0 ? 'not-repeated' : counted;
}

async function differencesFromLambda(
  copy: Copy,
  control: TimedAnswer,
  options: CompareCopyOptions,
): Promise<readonly Difference[]> {
  const candidate = await askLambda(copy, options);
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
    // Who else somebody is only the suites know, by names of their own.
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
  // More were found than are told.
  const isBodyUnstable = paths.length >= MAX_DIFFERENCES;
  return (path) =>
    (isBodyUnstable && path.startsWith('body ')) ||
    paths.some((place) => path === place || (path.startsWith(place) && /^[.[]/.test(path.slice(place.length))));
}

async function timed(answer: Promise<ObservedResponse>): Promise<TimedAnswer> {
  const from = Date.now();
  const response = await answer;
  return { response, moment: { from, to: Date.now() } };
}

function askLegacy(
  { toLegacy, settings, withoutBody }: Copy,
  { legacy, timeout }: CompareCopyOptions,
): Promise<TimedAnswer> {
  return timed(collect(legacy, toLegacy, { timeout, maxBodyBytes: settings.maxBodyBytes, withoutBody }));
}

async function askLambda(
  { route, settings, toLambda, withoutBody }: Copy,
  { lambda, timeout }: CompareCopyOptions,
): Promise<TimedAnswer | Difference> {
  try {
    return await timed(
      collect(lambda.upstream, toLambda(), {
        timeout: route.timeout ?? timeout,
        maxBodyBytes: settings.maxBodyBytes,
        adapt: (head) => fromApiGateway(head, lambda.url),
        withoutBody,
      }),
    );
  } catch (error) {
    const candidate = error instanceof AnswerTooLargeError ? 'a larger answer' : 'no answer';
    return difference('answer', 'missing', 'an answer', candidate);
  }
}
