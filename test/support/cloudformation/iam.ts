import { z } from 'zod';

import { resourcesOf, type CloudFormationTemplate } from './template';

const Some = z
  .union([z.array(z.unknown()), z.unknown()])
  .transform((value): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : [value]));

const Statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: Some,
  Resource: Some,
  Condition: z.unknown().optional(),
});
const Role = z.object({
  Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(Statement) }) })).default([]),
  ManagedPolicyArns: z.array(z.unknown()).default([]),
});

/** One action on one resource. */
export interface Permission {
  /** Logical id of the role. */
  readonly role: string;
  readonly effect: 'Allow' | 'Deny';
  readonly action: string;
  /** As the template has it; `{Fn::Sub: [text, {}]}` as its text. */
  readonly resource: unknown;
}

/** Every permission of every role of the template. */
export function permissionsOf(template: CloudFormationTemplate): readonly Permission[] {
  return resourcesOf(template, 'AWS::IAM::Role').flatMap(({ id, Properties }) =>
    Role.parse(Properties)
      .Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .flatMap(({ Effect, Action, Resource }) =>
        Action.flatMap((action) =>
          Resource.map((resource) => ({
            role: id,
            effect: Effect,
            action: String(action),
            resource: plain(resource),
          })),
        ),
      ),
  );
}

/** Managed policies by role, roles without any left out. */
export function managedPoliciesOf(template: CloudFormationTemplate): Readonly<Record<string, readonly unknown[]>> {
  const entries = resourcesOf(template, 'AWS::IAM::Role').map(
    ({ id, Properties }) => [id, Role.parse(Properties).ManagedPolicyArns] as const,
  );
  return Object.fromEntries(entries.filter(([, policies]) => policies.length > 0));
}

const Substitution = z.object({ 'Fn::Sub': z.tuple([z.string(), z.object({}).strict()]) });

function plain(resource: unknown): unknown {
  const parsed = Substitution.safeParse(resource);
  return parsed.success ? parsed.data['Fn::Sub'][0] : resource;
}
