import { setTimeout as delay } from 'node:timers/promises';
import { isSafe, requestLines, type GivenDocument, type ParityCase } from '../../shared/parity/case';
import { compareExchangeInTurns, masking, type CompareOptions } from '../../shared/parity/compare';
import { compareChanges, type Change } from '../../shared/parity/database-effects';
import { headerValues } from '../../shared/parity/exchange';
import { Renaming } from '../../shared/parity/renaming';
import { judge, rulesFor, type Judgement, type Rule } from '../../shared/parity/rules';
import { Unifier, type UnificationOptions } from '../../shared/parity/unify';
import type { DataCopy } from './data-copy';
import type { Credentials } from './credentials';
import { send, type Answer, type OutgoingRequest } from './send';

export interface Side {
  readonly name: string;
  readonly url: string;
  readonly data?: DataCopy;
}

/** What one side answered, and what it did to its data. */
export interface Observation extends Answer {
  readonly request: OutgoingRequest;
  readonly changes: readonly Change[];
}

export interface ObserveOptions {
  /** Written to the side's data before. */
  readonly given?: readonly GivenDocument[];
  /** Leave the data as the request has left it, for the next of a sequence. */
  readonly keepData?: boolean;
  /** Writes may follow the answer, as when an authorizer extends a session: the data is looked at again until it is as awaited, for a while. */
  readonly isSettled?: (changes: readonly Change[]) => boolean;
}

const SETTLE = { times: 10, ms: 20 };

/** Sends a request, sees what became of the side's data, and puts it back. */
export async function observe(
  { url, data }: Side,
  request: OutgoingRequest,
  { keepData = false, given = [], isSettled = () => true }: ObserveOptions = {},
): Promise<Observation> {
  await data?.give(given);
  const answer = await send(url, request).catch(async (error: unknown) => {
    // What was given must not stay.
    await data?.restore(await data.changes({ withMessages: false }));
    throw error;
  });
  // What a safe request should send to a queue is found after the next one that is not.
  let changes = (await data?.changes({ withMessages: !isSafe(request.method) })) ?? [];
  const messages = changes.filter(({ collection }) => collection.startsWith('queue '));
  for (let waits = 0; data !== undefined && !isSettled(changes) && waits < SETTLE.times; waits += 1) {
    await delay(SETTLE.ms);
    // Queues were emptied.
    changes = [...(await data.changes({ withMessages: false })), ...messages];
  }
  if (keepData) data?.keep();
  else await data?.restore(changes);
  return { ...answer, request, changes };
}

/** The request of a case as one identity; where the case revalidates, with the tag that the control gives it. */
export async function requestOf(
  parityCase: ParityCase,
  credentials: Credentials,
  control: Side,
): Promise<OutgoingRequest> {
  const { body } = parityCase.request;
  const request = { ...requestLines(parityCase, credentials), ...(body !== undefined && { body }) };
  const { revalidates = false } = parityCase;
  if (revalidates === false) return request;
  // What asking for it does, such as extending a session, must not be there when the case is sent.
  const { response } = await observe(control, request);
  const [tag = '"none"'] = headerValues(response, 'etag');
  const template = revalidates === true ? '{{tag}}' : revalidates;
  const value = template.replaceAll('{{tag}}', () => tag).replaceAll('{{opaque}}', () => tag.replace(/^W\//, ''));
  const lines = value.split('\n').map((line): [string, string] => ['If-None-Match', line]);
  return { ...request, headers: [...request.headers, ...lines] };
}

export interface JudgeOptions extends Pick<CompareOptions, 'onTexts'> {
  readonly rules?: readonly Rule[];
  readonly identity?: string;
  /** Ids and times of the data before the request. */
  readonly knownValues?: ReadonlySet<string>;
  /** Carried along a sequence. */
  readonly renaming?: Renaming;
}

export async function judgeObservations(
  control: Observation,
  candidate: Observation,
  { rules = [], identity, knownValues, renaming = new Renaming(), onTexts }: JudgeOptions = {},
): Promise<Judgement> {
  const { method } = control.request;
  const headers = control.request.headers.map(([name]) => name);
  const sent = [control.request.path, ...control.request.headers.flat(), control.request.body?.toString() ?? ''].join(
    '\n',
  );
  const options: UnificationOptions = {
    renaming,
    moments: { control: control.moment, candidate: candidate.moment },
    isKnown: (value) => knownValues?.has(value) === true || sent.includes(value),
    mayCreate: !isSafe(method),
  };
  const ofAnswers = await compareExchangeInTurns(control.response, candidate.response, {
    ...options,
    method,
    rules,
    requestHeaders: headers,
    ...(onTexts && { onTexts }),
    ...(identity !== undefined && { identity }),
  });
  const statuses = { legacy: control.response.statusCode, candidate: candidate.response.statusCode };
  const ofExchange = rulesFor(rules, { identity, headers, ...statuses });
  const needed = new Set([...ofAnswers.needed]);
  const unifier = new Unifier(options);
  const isSameMasked = masking(ofExchange, { unifier, needed, ...(onTexts && { onTexts }) });
  const ofData = judge(compareChanges(control.changes, candidate.changes, unifier, isSameMasked), ofExchange);
  return {
    differences: [...ofAnswers.differences, ...ofData.differences],
    accepted: [...ofAnswers.accepted, ...ofData.accepted],
    needed: [...new Set([...needed, ...ofData.needed])],
  };
}
