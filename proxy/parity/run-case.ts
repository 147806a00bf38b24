import { BanyanError } from '../../shared/errors';
import { answeredBy, expectedStatus, type SourcedCase } from '../../shared/parity/case';
import type { Change } from '../../shared/parity/database-effects';
import { difference, type Difference } from '../../shared/parity/exchange';
import type { Renaming } from '../../shared/parity/renaming';
import type { CaseResult } from '../../shared/parity/result';
import type { Judgement, Rule } from '../../shared/parity/rules';
import type { CandidateProxy } from './candidate-proxy';
import type { Credentials } from './credentials';
import { judgeObservations, observe, requestOf, type Observation, type Side } from './observe';
import { reportRequest, reportResponse, withoutEcho, type Redaction } from './reported';
import { isNoAnswer, type OutgoingRequest } from './send';

export interface CaseContext {
  readonly control: Side;
  readonly candidate: Side;
  /** The proxy of the run's own in front of the candidate. */
  readonly proxy?: CandidateProxy;
  readonly credentials: ReadonlyMap<string, Credentials>;
  readonly rules: readonly Rule[];
  readonly knownValues?: ReadonlySet<string>;
  readonly redaction: Redaction;
  /** The collection of sessions: any request may extend one, without its case saying so. */
  readonly sessions?: string;
  /** In a sequence: names bound by earlier exchanges; the data is kept as each leaves it. */
  readonly renaming?: Renaming;
  /** In a replay: what stands now for ids of the recording. */
  readonly recordedNames?: Renaming;
}

/** A case that was run, and what the run needs to know of it besides the result. */
export interface RanCase {
  readonly result: CaseResult;
  readonly control: Observation;
  readonly candidate: Observation;
  readonly needed: readonly Rule[];
}

/** Runs a case, or says why it proves nothing: what was generated may be too odd for the control to answer at all. Throws BanyanError naming the case. */
export async function runCase(
  sourced: SourcedCase,
  context: CaseContext,
): Promise<RanCase | { readonly skip: string }> {
  const { route, parityCase, identity, given = [] } = sourced;
  const { control, candidate, credentials, renaming } = context;
  const naming = (error: unknown): never => {
    if (!(error instanceof BanyanError)) throw error;
    throw new BanyanError(`${route}, case "${parityCase.name}": ${error.message}`, { code: error.code, cause: error });
  };
  const keepData = renaming !== undefined;
  const ask = async (): Promise<Observation> => {
    const written = await requestOf(parityCase, credentials.get(identity) ?? {}, control);
    return observe(control, withNames(written, context.recordedNames), { keepData, given });
  };
  const expected = await ask().catch((error: unknown) =>
    sourced.source === 'generated' && isNoAnswer(error) ? error : naming(error),
  );
  if (expected instanceof BanyanError) return { skip: `${expected.message}, so there is nothing to compare with` };
  const awaited = effectsOf(expected.changes).join();
  const found = await observe(candidate, withNames(expected.request, renaming), {
    keepData,
    given,
    isSettled: (changes) => effectsOf(changes).join() === awaited,
  }).catch(naming);
  const judgement = await judgeObservations(expected, found, {
    rules: context.rules,
    identity,
    ...(context.knownValues && { knownValues: context.knownValues }),
    ...(renaming && { renaming }),
  });
  const last = context.proxy?.lastAnswer();
  const differences = [...unexpected(sourced, context, expected), ...judgement.differences];
  return {
    result: toResult(sourced, context, expected, found, { ...judgement, differences }, last?.upstream),
    control: expected,
    candidate: found,
    needed: judgement.needed,
  };
}

function withNames(request: OutgoingRequest, renaming: Renaming | undefined): OutgoingRequest {
  if (renaming === undefined || renaming.size === 0) return request;
  const translate = (text: string): string => renaming.forCandidate(text);
  return {
    ...request,
    path: translate(request.path),
    headers: request.headers
      // The body may have another length now.
      .filter(([name]) => typeof request.body !== 'string' || name.toLowerCase() !== 'content-length')
      .map(([name, value]) => [name, translate(value)] as const),
    ...(typeof request.body === 'string' && { body: translate(request.body) }),
  };
}

/** What changes did, without saying to what. */
export const effectsOf = (changes: readonly Change[]): string[] =>
  changes.map(({ collection, kind }) => `${collection} ${kind}`).sort();

/** What a suite says of legacy, and of who answers: two sides must not pass by failing alike. */
function unexpected({ parityCase, identity }: SourcedCase, context: CaseContext, control: Observation): Difference[] {
  const differences: Difference[] = [];
  const { statusCode } = control.response;
  const status = expectedStatus(parityCase, identity);
  if (status !== undefined && status !== statusCode)
    differences.push(difference('expected status', 'value', `${statusCode} of legacy`, `${status} in the case`));
  if (context.control.data !== undefined && parityCase.status !== undefined) {
    const touch = `${context.sessions ?? ''} updated`;
    const isWanted = parityCase.effects?.includes(touch) === true;
    const effects = [...new Set(effectsOf(control.changes))]
      .filter((effect) => effect !== touch || isWanted)
      .join(', ');
    const wanted = statusCode < 300 ? [...(parityCase.effects ?? [])].sort().join(', ') : '';
    if (effects !== wanted)
      differences.push(
        difference('expected effects', 'value', `${effects || 'none'} of legacy`, `${wanted || 'none'} in the case`),
      );
  }
  const last = context.proxy?.lastAnswer();
  if (last?.failure !== undefined)
    differences.push(
      difference('lambda', 'value', 'an answer', `a failure (${last.failure}); legacy answered instead`),
    );
  if (status !== undefined && last !== undefined && last.upstream !== answeredBy(parityCase, identity))
    differences.push(difference('answered by', 'value', answeredBy(parityCase, identity), last.upstream));
  return differences;
}

function toResult(
  { parityCase, identity, source }: SourcedCase,
  { redaction }: CaseContext,
  control: Observation,
  candidate: Observation,
  { differences, accepted, needed }: Judgement,
  upstream: 'legacy' | 'lambda' | undefined,
): CaseResult {
  const hide = redaction.echoOf(control.request.path);
  const shown = <T extends Difference>(one: T): T => ({
    ...one,
    path: hide(one.path),
    control: one.control === undefined ? undefined : hide(one.control),
    candidate: one.candidate === undefined ? undefined : hide(one.candidate),
  });
  const reference = ({ place, kind, path, reason }: Rule) => ({ place, kind, path, reason });
  return {
    name: parityCase.name,
    source,
    identity,
    verdict: differences.length > 0 ? 'different' : accepted.length > 0 ? 'accepted' : 'equal',
    request: reportRequest(control.request, redaction),
    control: withoutEcho(reportResponse(control, redaction), hide),
    candidate: withoutEcho(reportResponse(candidate, redaction), hide),
    ...(upstream && { answeredBy: upstream }),
    differences: differences.map(shown),
    accepted: accepted.map(({ difference: allowed, rule }) => ({ ...shown(allowed), rule: reference(rule) })),
    rules: needed.map(reference),
  };
}
