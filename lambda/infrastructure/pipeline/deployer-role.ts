import { Duration, type Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role, type IManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { TOOLS } from '../stages';
import { buildRoleArn, deployerRoleName, type Deployer } from './deployer-names';

/** A deployer role that one build role of the tools account may assume, not the whole account. It has no permissions yet. */
export function deployerRole(stack: Stack, deployer: Deployer, permissionsBoundary?: IManagedPolicy): Role {
  return new Role(stack, 'Deployer', {
    roleName: deployerRoleName(deployer),
    description: `Deploys ${deployer.serviceName} to ${deployer.target} from the pipeline in the tools account`,
    // As a condition, because a principal must exist before a policy can name it.
    assumedBy: new AccountPrincipal(TOOLS.account).withConditions({
      ArnEquals: { 'aws:PrincipalArn': buildRoleArn(deployer) },
    }),
    maxSessionDuration: Duration.hours(1),
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
  });
}
