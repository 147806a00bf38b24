import type { Difference } from './exchange';
import { isHtmlPath } from './html/html-path';
import { proposeTokenPattern, tokenFault } from './token-pattern';

/** A rule for something in which legacy differs from itself, without the reason that only a person can give. Holds no values. */
export interface ProposedRule {
  readonly path: string;
  readonly kind: 'ignore' | 'unordered' | 'token';
  readonly pattern?: string;
}

/** The path of a place and of all like it: `$.events[*].seenAt`. */
export function generalPath(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[*]').replace(/^body (?=\$)/, '');
}

/** The rule that would cover these differences of legacy against legacy (a token or `ignore`), or as text why there is none. */
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

/** Rules as they stand in the rules file, one a line; reason, owner and last day are a person's to give. Places that no rule covers are left out. */
export function writeRules(
  route: string,
  places: readonly { readonly path: string; readonly kind: ProposedRule['kind'] | 'none'; readonly pattern?: string }[],
): readonly string[] {
  const quoted = (value: string): string => JSON.stringify(value);
  return places.flatMap(({ path, kind, pattern }) => {
    if (kind === 'none') return [];
    const masked = pattern === undefined ? '' : `, pattern: ${quoted(pattern)}`;
    return [
      `- { route: ${quoted(route)}, path: ${quoted(path)}, kind: ${kind}${masked}, reason: , owner: , expires: }`,
    ];
  });
}
