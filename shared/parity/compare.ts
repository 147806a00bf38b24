import { compareBodySteps } from './compare-bodies';
import { compareCookies } from './compare-cookies';
import { compareHeaders } from './compare-headers';
import { difference, headerValues, type Difference, type ObservedResponse } from './exchange';
import { judge, maskedBy, rulesFor, unorderedBy, type Judgement, type Rule } from './rules';
import { runSteps, runStepsInTurns, type Steps } from './steps';
import { tokensOf, Unifier, type UnificationOptions } from './unify';

/** What is known of an exchange besides the two answers. */
export interface CompareOptions extends UnificationOptions {
  readonly method?: string;
  /** Those of the route: see `rulesOfNamed`. */
  readonly rules?: readonly Rule[];
  /** Who asked, for rules about one identity. */
  readonly identity?: string;
  /** Names of the request's headers, for rules that are about requests with one. */
  readonly requestHeaders?: readonly string[];
  /** Is given both texts in full wherever they differ, ids and times of the request aside. */
  readonly onTexts?: (path: string, control: string, candidate: string) => void;
}

/** Compares legacy's answer (control) and Lambda's (candidate) to one request: every difference a client could see. Pure. */
export function compareExchange(
  control: ObservedResponse,
  candidate: ObservedResponse,
  options: CompareOptions = {},
): Judgement {
  return runSteps(compareSteps(control, candidate, options));
}

/** As {@link compareExchange}, a few milliseconds at a time: for servers, and for large bodies. */
export function compareExchangeInTurns(
  control: ObservedResponse,
  candidate: ObservedResponse,
  options: CompareOptions = {},
): Promise<Judgement> {
  return runStepsInTurns(compareSteps(control, candidate, options));
}

/** As {@link compareExchange}: only what no rule allows. */
export function compareResponses(
  control: ObservedResponse,
  candidate: ObservedResponse,
  options: CompareOptions = {},
): readonly Difference[] {
  return compareExchange(control, candidate, options).differences;
}

function* compareSteps(
  control: ObservedResponse,
  candidate: ObservedResponse,
  options: CompareOptions,
): Steps<Judgement> {
  const { method, identity, requestHeaders: headers } = options;
  const statuses = { legacy: control.statusCode, candidate: candidate.statusCode };
  const rules = rulesFor(options.rules ?? [], { identity, headers, ...statuses });
  const unifier = new Unifier(options);
  const bound = unifier.renaming.size;
  const unordered = unorderedBy(rules);
  const needed = new Set<Rule>();
  const setAt = (path: string): Rule | undefined => {
    const rule = unordered?.(path);
    if (rule !== undefined) needed.add(rule);
    return rule;
  };

  const isSameMasked = masking(rules, { unifier, needed, ...options });

  // Bodies first: they bind ids where these have a name, and headers must then agree.
  const inBody = yield* compareBodySteps(control, candidate, { unifier, setAt, isSameMasked });
  yield;
  const status =
    control.statusCode === candidate.statusCode
      ? []
      : [difference('status', 'value', control.statusCode, candidate.statusCode)];
  const differences = [
    ...status,
    ...compareHeaders(control, candidate, { unifier, isSameMasked, method }),
    ...compareCookies(headerValues(control, 'set-cookie'), headerValues(candidate, 'set-cookie'), {
      unifier,
      isSameMasked,
    }),
    ...inBody,
    ...(yield* mixedUp(control, candidate, unifier.renaming.pairs(bound))),
  ];
  const judgement = judge(differences, rules);
  return { ...judgement, needed: [...new Set([...needed, ...judgement.needed])] };
}

/** Whether two texts of a place are the same but for tokens that a rule masks; such a rule is noted as needed. */
export function masking(
  rules: readonly Rule[],
  { unifier, needed, onTexts }: Pick<CompareOptions, 'onTexts'> & { unifier: Unifier; needed: Set<Rule> },
): (path: string, control: string, candidate: string) => boolean {
  const masked = maskedBy(rules);
  return (path, control, candidate) => {
    onTexts?.(path, control, candidate);
    const found = masked?.(path, control, candidate);
    if (found === undefined || !unifier.isSameText(found.control, found.candidate)) return false;
    for (const rule of found.rules) needed.add(rule);
    return true;
  };
}

/** An id that one side made up for itself cannot be in the other's answer: then it stands for two things. */
function* mixedUp(
  control: ObservedResponse,
  candidate: ObservedResponse,
  pairs: readonly (readonly [string, string])[],
): Steps<Difference[]> {
  if (pairs.length === 0) return [];
  const a = yield* tokensOf(wholeText(control));
  const b = yield* tokensOf(wholeText(candidate));
  const differences: Difference[] = [];
  for (const [ofControl, ofCandidate] of pairs) {
    if (a.has(ofCandidate) || b.has(ofControl))
      differences.push(
        difference(`id ${ofControl}`, 'value', 'one id', `${ofCandidate} at one place, the same id at another`),
      );
  }
  return differences;
}

function wholeText({ headers, body }: ObservedResponse): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  return Buffer.isBuffer(body) ? `${lines}\n${body.toString()}` : lines;
}
