import { isRecord } from '../../config/faults';

/** What a policy says of one method: `implicit` when no statement covers it. */
export type Decision = 'allow' | 'explicit-deny' | 'implicit-deny';

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

const ACTION = 'execute-api:Invoke';

/**
 * Decides whether a policy document allows to invoke a method. A matching Deny wins over any Allow.
 * @throws PolicyError when the document is malformed, or uses `Condition`, `NotAction` or `NotResource`, which are not
 * evaluated here
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function evaluatePolicy(document: unknown, methodArn: string): Decision {
  const matching = readStatements(document).filter(
    ({ actions, resources }) =>
      actions.some((pattern) => matchesGlob(pattern.toLowerCase(), ACTION.toLowerCase())) &&
      resources.some((pattern) => matchesArn(pattern, methodArn)),
  );
  if (matching.some(({ effect }) => effect === 'Deny')) return 'explicit-deny';
  return matching.length > 0 ? 'allow' : 'implicit-deny';
}

/** `*` stands for any text, `?` for one character. */
export function matchesGlob(pattern: string, text: string): boolean {
  // Two positions and one place to go back to: linear, where a regular expression made of the pattern can take exponential time.
  let star = -1;
  let mark = 0;
  let position = 0;
  for (let index = 0; index < text.length;) {
    const expected = pattern[position];
    if (expected === '*') {
      star = position;
      mark = index;
      position += 1;
    } else if (expected !== undefined && (expected === '?' || expected === text[index])) {
      position += 1;
      index += 1;
    } else if (star >= 0) {
      position = star + 1;
      mark += 1;
      index = mark;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(position));
}

/** ARNs match part by part: a wildcard does not reach over a colon, except that a lone `*` is every ARN. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const expected = arnParts(pattern);
  const actual = arnParts(arn);
  return expected.length === actual.length && expected.every((part, index) => matchesGlob(part, actual[index] ?? ''));
}

/** Six parts; colons in the last, the resource, belong to it. */
function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function readStatements(document: unknown): Statement[] {
  if (!isRecord(document)) throw new PolicyError('policyDocument is not an object');
  const version = document['Version'];
  if (version !== '2012-10-17' && version !== '2008-10-17')
    throw new PolicyError('policyDocument has no valid Version');
  const statements: unknown = document['Statement'];
  const list: unknown[] = Array.isArray(statements) ? statements : [statements];
  return list.map(readStatement);
}

function readStatement(statement: unknown): Statement {
  if (!isRecord(statement)) throw new PolicyError('a statement is not an object');
  for (const key of ['Condition', 'NotAction', 'NotResource']) {
    if (key in statement) throw new PolicyError(`${key} is not evaluated by the local gateway`);
  }
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyError('Effect is neither Allow nor Deny');
  return { effect, actions: readTexts(statement, 'Action'), resources: readTexts(statement, 'Resource') };
}

function readTexts(statement: Readonly<Record<string, unknown>>, key: string): string[] {
  const value: unknown = statement[key];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((item) => typeof item === 'string');
  if (texts.length !== list.length || texts.length === 0)
    throw new PolicyError(`${key} is not a text or a list of texts`);
  return texts;
}
