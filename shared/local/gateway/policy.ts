import { z } from 'zod';

/** What a policy says of one method: `implicit` when no statement covers it. */
export type Decision = 'allow' | 'explicit-deny' | 'implicit-deny';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string()).min(1)]);
const notEvaluated = z.never('is not evaluated by the local gateway').optional();
const statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
  Condition: notEvaluated,
  NotAction: notEvaluated,
  NotResource: notEvaluated,
});
const policyDocument = z.object({
  Version: z.enum(['2012-10-17', '2008-10-17']),
  Statement: z.union([z.array(statement), statement.transform((one) => [one])]),
});

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
  const parsed = policyDocument.safeParse(document);
  if (!parsed.success) throw new PolicyError(z.prettifyError(parsed.error));
  const matching = parsed.data.Statement.filter(
    ({ Action, Resource }) =>
      Action.some((pattern) => matchesGlob(pattern.toLowerCase(), ACTION.toLowerCase())) &&
      Resource.some((pattern) => matchesArn(pattern, methodArn)),
  );
  if (matching.some(({ Effect }) => Effect === 'Deny')) return 'explicit-deny';
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
