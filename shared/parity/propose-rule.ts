import type { Difference } from './exchange';
import { isHtmlPath } from './html/html-path';
import { proposeTokenPattern, tokenFault } from './token-pattern';

/** A rule for something in which legacy differs from itself, without the reason that only a person can give. Holds no values. */
export interface ProposedRule {
  /** As a rule names it. */
  readonly path: string;
  readonly kind: 'ignore' | 'unordered' | 'token';
  readonly pattern?: string;
}

/** The path of a place and of all like it: `$.events[*].seenAt`. */
export function generalPath(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[*]').replace(/^body (?=\$)/, '');
}

/**
 * What rule would cover places that differ by themselves: a token where the values look like tokens, else `ignore`.
 *
 * @param differences of one kind of place, of legacy against legacy
 * @returns why there is none, as a text, when no rule can
 */
export function proposeRule(path: string, differences: readonly Difference[]): ProposedRule | string {
  const [other] = differences.filter(({ kind }) => kind !== 'value');
  if (other !== undefined) return `${other.kind}: ${other.controlType} and ${other.candidateType}`;
  const pairs = differences.map(({ control = '', candidate = '' }): [string, string] => [control, candidate]);
  const isInBody = path.startsWith('$') || isHtmlPath(path);
  const isLine = path.startsWith('body line');
  const pattern = isInBody || isLine ? proposeTokenPattern(pairs) : undefined;
  if (isLine)
    return pattern !== undefined && tokenFault(pattern, { isWide: true }) === undefined
      ? { path: 'body', kind: 'token', pattern }
      : 'text that is neither HTML nor JSON: only kind token can cover it, with a pattern of what differs';
  if (pattern !== undefined && tokenFault(pattern, { isWide: false }) === undefined)
    return { path, kind: 'token', pattern };
  return path === 'body' ? 'the whole body differs' : { path, kind: 'ignore' };
}

/** A rule as it stands in the rules file, in one line; reason and owner are a person's to give. */
export function writeRule(route: string, { path, kind, pattern }: ProposedRule, expires = '...'): string {
  const text = (value: string): string => JSON.stringify(value);
  const masked = pattern === undefined ? '' : `, pattern: ${text(pattern)}`;
  return `- { route: ${text(route)}, path: ${text(path)}, kind: ${kind}${masked}, reason: ..., owner: ..., expires: ${expires} }`;
}
