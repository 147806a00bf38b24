import type { Difference } from './exchange';
import { exampleOf, proposePatterns } from './propose-patterns';
import { formOfTime, isTimeText } from './time-text';
import { tokenFault } from './token-pattern';

/** A rule for something in which legacy differs from itself, without the reason that only a person can give. Holds no values. */
export interface ProposedRule {
  readonly path: string;
  readonly kind: 'unordered' | 'tolerance' | 'token';
  readonly pattern?: string;
  readonly within?: number;
  readonly by?: string;
}

/** The path of a place and of all like it: `$.events[*].seenAt`. */
export function generalPath(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[*]').replace(/^body (?=\$)/, '');
}

/** Values that legacy gave at one place to one request, in the order in which it was asked, as texts. */
type Samples = readonly string[];

/** A counter goes up by this at most from one request to the next. */
const COUNTED = 10;

/**
 * The narrowest rules that cover what differs at one place, or as text why there are none. Nothing is ignored: numbers and
 * times may be apart, tokens must have their form, and words are a person's to judge.
 *
 * @param path of the place, or of all like it
 * @param found the differences there
 * @param groups all values, each group those of one request; without, what the differences show, and no live value is kept in a rule
 */
export function proposeRules(
  path: string,
  found: readonly Difference[],
  groups?: readonly Samples[],
): readonly ProposedRule[] | string {
  if (path === 'status') return 'a status is never learned';
  const other = found.find(({ kind }) => kind !== 'value');
  if (other !== undefined) return `${other.kind}: ${other.controlType} and ${other.candidateType}`;
  if (path === 'body') return 'the whole body differs';
  if (found.some(({ controlType }) => controlType === 'boolean'))
    return 'true and false: a rule would accept any answer';
  const samples = groups ?? found.map(({ control = '', candidate = '' }) => [control, candidate]);
  const within = toleranceOf(samples, { areNumbers: found.every(({ controlType }) => controlType === 'number') });
  if (within !== undefined) return [{ path, kind: 'tolerance', within }];
  const patterns = proposePatterns(samples, { holdsNoValues: groups === undefined });
  const isWide = path === 'body line *';
  if (patterns === undefined || patterns.some((pattern) => tokenFault(pattern, { isWide }) !== undefined))
    return 'no numbers, times or tokens, but words: no rule would see a wrong one';
  return patterns.map((pattern) => ({ path: isWide ? 'body' : path, kind: 'token', pattern }));
}

/** What a rule would hide from then on, as an example. */
export function hiddenBy({ kind, pattern = '', within = 0, by }: ProposedRule): string {
  if (kind === 'unordered')
    return `any other order of the same elements${by === undefined ? '' : `, where ${by} is equal`}`;
  if (kind === 'token') return `anything of this form, such as ${exampleOf(pattern)}`;
  return `a number or a time (ms) that is wrong by up to ${within}`;
}

/** How far apart times and counters may be; undefined for what is neither. Fractions have no number of digits to ask for. */
function toleranceOf(groups: readonly Samples[], { areNumbers }: { readonly areNumbers: boolean }): number | undefined {
  const values = groups.flat();
  const [form, ...others] = new Set(values.map(formOfTime));
  const isOne = (text: string): boolean => /^\d{13}$/.test(text) || (text.includes(':') && isTimeText(text));
  const isTime = form !== undefined && others.length === 0 && values.every(isOne);
  const numbers = groups.map((group) =>
    group.map((text) => (isTime && !/^\d+$/.test(text) ? Date.parse(text) : Number(text))),
  );
  if (values.includes('') || numbers.flat().some((value) => !Number.isFinite(value))) return undefined;
  const steps = numbers.map((group) => group.slice(1).map((value, i) => value - (group[i] ?? value)));
  const spread = Math.max(...numbers.map((group) => Math.max(...group) - Math.min(...group)));
  if (isTime) return Math.ceil(spread / 1_000) * 2_000;
  const isCounter = [1, -1].some((way) => steps.flat().every((step) => step * way >= 0 && step * way <= COUNTED));
  if (isCounter) return 2 * Math.max(...steps.flat().map(Math.abs));
  return areNumbers && numbers.flat().some((value) => value < 0 || !Number.isInteger(value)) ? 2 * spread : undefined;
}

/** Rules as they stand in the rules file, one a line; reason, owner and last day are a person's to give. Places that no rule covers are left out. */
export function writeRules(
  route: string,
  places: readonly (Omit<ProposedRule, 'kind'> & { readonly kind: ProposedRule['kind'] | 'none' })[],
): readonly string[] {
  const quoted = (value: string): string => JSON.stringify(value);
  return places.flatMap(({ path, kind, pattern, within }) => {
    if (kind === 'none') return [];
    const masked =
      pattern === undefined ? (within === undefined ? '' : `, within: ${within}`) : `, pattern: ${quoted(pattern)}`;
    return [
      `- { route: ${quoted(route)}, path: ${quoted(path)}, kind: ${kind}${masked}, reason: , owner: , expires: }`,
    ];
  });
}
