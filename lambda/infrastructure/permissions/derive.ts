import { FRAMEWORK_ROWS, ROLL_BACK_ROW } from './framework-grants';
import type { Grant, ResourceRow } from './grant';
import { API_ROWS } from './rows-api';
import { INFRA_ROWS } from './rows-infra';
import { scopeOf, type Names } from './scopes';

/** Every type that has been reviewed. */
export const ROWS: ReadonlyMap<string, ResourceRow> = new Map(
  [...API_ROWS, ...INFRA_ROWS].map((row) => [row.type, row]),
);

/** An IAM policy statement. */
export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** Why its resources are not limited to the service's names; not part of the policy. */
  readonly why?: string;
}

export interface DeployedService {
  /** Resource types of its templates. */
  readonly types: Iterable<string>;
  readonly names: Names;
  /** ARN of the boundary that functions' roles must have; undefined in a developer's own account. */
  readonly boundary: string | undefined;
  readonly returnsRoutes: boolean;
}

/**
 * The policy of a service's deployer: what CloudFormation calls for each of the types, and what the framework calls itself, on resources with the
 * service's names.
 *
 * @throws Error naming every type without a row
 */
export function deriveStatements({ types, names, boundary, returnsRoutes }: DeployedService): readonly Statement[] {
  const wanted = [...new Set(types)].sort();
  const unknown = wanted.filter((type) => !ROWS.has(type));
  if (unknown.length > 0)
    throw new Error(
      `no row for ${unknown.join(', ')}: read handlers.*.permissions of its registry schema and add it to permissions/rows-*.ts`,
    );
  const grants = [
    ...wanted.flatMap((type) => ROWS.get(type)?.grants ?? []),
    ...[...FRAMEWORK_ROWS, ...(returnsRoutes ? [ROLL_BACK_ROW] : [])].flatMap((row) => row.grants),
  ];
  // One statement for all actions with the same scope and condition.
  const alike = new Map<string, Grant>();
  for (const grant of grants) {
    const key = JSON.stringify([grant.on, grant.only]);
    alike.set(key, { ...grant, actions: [...(alike.get(key)?.actions ?? []), ...grant.actions] });
  }
  return Array.from(alike.values(), (grant) => {
    const { arns, why } = scopeOf(grant.on);
    const condition = conditionOf(grant, boundary);
    return {
      Effect: 'Allow' as const,
      Action: [...new Set(grant.actions)].sort(),
      Resource: arns(names),
      ...(condition !== undefined && { Condition: condition }),
      ...(why !== undefined && { why }),
    };
  });
}

function conditionOf({ only }: Grant, boundary: string | undefined): Statement['Condition'] {
  if (only === undefined) return undefined;
  if (only !== 'bounded') return { StringEquals: { 'iam:PassedToService': only.passedTo } };
  return boundary === undefined ? undefined : { StringEquals: { 'iam:PermissionsBoundary': boundary } };
}

/** Maximum characters of a managed policy, white space not counted. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const POLICY_SIZE = 6144;

/** The policy document of statements, without their `why`. */
export function policyDocument(statements: readonly Statement[]): object {
  return { Version: '2012-10-17', Statement: statements.map((statement) => ({ ...statement, why: undefined })) };
}

/**
 * Packs statements into managed policies, in order, starting a new one when the last is full.
 *
 * @throws Error for a statement that is too large for any policy
 */
export function packPolicies(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const policies: Statement[][] = [];
  for (const statement of statements) {
    const alone = sizeOf(policyDocument([statement]));
    if (alone > POLICY_SIZE)
      throw new Error(`one statement alone has ${alone} characters; a managed policy holds ${POLICY_SIZE}`);
    const last = policies.at(-1);
    if (last !== undefined && sizeOf(policyDocument([...last, statement])) <= POLICY_SIZE) last.push(statement);
    else policies.push([statement]);
  }
  return policies;
}

/** Size of a policy document, as IAM counts it. */
export function sizeOf(document: object): number {
  return JSON.stringify(document).replaceAll(/\s/g, '').length;
}
