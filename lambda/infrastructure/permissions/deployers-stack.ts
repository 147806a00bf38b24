import { Stack, type StackProps } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument, type IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '../nag/acknowledge';
import { deployerRole } from '../pipeline/deployer-role';
import type { Stage } from '../stages';
import { functionBoundary } from './boundary';
import { boundaryName, deployedService, namesIn, SERVICE } from './deployed-service';
import { deriveStatements, packPolicies, policyDocument, ROWS, type Statement } from './derive';
import { FRAMEWORK_ROWS, ROLL_BACK_ROW } from './framework-grants';

/**
 * The deployer of the API, in the stage's account: a role with derived permissions under a boundary of all permissions that could be derived; and the
 * boundary for the roles that it creates for functions.
 */
export class DeployersStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: StackProps & { readonly stage: Stage }) {
    super(scope, id, props);
    this.policy('FunctionBoundary', boundaryName(stage.name), functionBoundary(namesIn(stage)));
    const most = this.policy('DeployerBoundary', `boundary-deployer-${SERVICE}-${stage.name}`, [reviewedActions()]);
    const role = deployerRole(this, { serviceName: SERVICE, target: stage.name }, most);
    for (const [index, statements] of packPolicies(deriveStatements(deployedService(stage.name))).entries())
      role.addManagedPolicy(this.policy(`Deploy${index}`, `deploy-${SERVICE}-${stage.name}-${index}`, statements));
  }

  private policy(id: string, managedPolicyName: string, statements: readonly Statement[]): IManagedPolicy {
    const document = PolicyDocument.fromJson(policyDocument(statements));
    const policy = new ManagedPolicy(this, id, { managedPolicyName, document });
    for (const { Resource, why } of statements)
      for (const arn of Resource)
        if (arn.includes('*'))
          acknowledge(policy, `AwsSolutions-IAM5[Resource::${arn}]`, why ?? "Begins with the service's name.");
    return policy;
  }
}

/** Every action of every row: the most that a deployer can do, whatever is attached to its role. */
function reviewedActions(): Statement {
  const grants = [...ROWS.values(), ...FRAMEWORK_ROWS, ROLL_BACK_ROW].flatMap((row) => row.grants);
  return {
    Effect: 'Allow',
    Action: [...new Set(grants.flatMap(({ actions }) => actions))].sort(),
    Resource: ['*'],
    why: 'A boundary grants nothing: it limits what other policies grant.',
  };
}
