import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnAccount, CfnOrganizationalUnit, CfnPolicy } from 'aws-cdk-lib/aws-organizations';
import { CfnAssignment, CfnPermissionSet } from 'aws-cdk-lib/aws-sso';
import type { Construct } from 'constructs';
import { ORGANISATION, type Developer } from '../developers';
import { serviceControlPolicy } from './service-control-policy';

/** What a developer may do in the account: everything that the organisation's policy allows, and see what it costs. */
const MANAGED_POLICIES = ['AdministratorAccess', 'AWSBillingReadOnlyAccess'];

/** In the management account: one account for each developer, under a policy, which only that developer may use. */
export class OrganisationStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { developers, ...props }: StackProps & { readonly developers: readonly Developer[] },
  ) {
    super(scope, id, props);
    const unit = new CfnOrganizationalUnit(this, 'Developers', { name: 'developers', parentId: ORGANISATION.rootId });
    new CfnPolicy(this, 'Limits', {
      name: 'developer-accounts',
      description: 'Limits developer accounts to certain services, one region and low prices',
      type: 'SERVICE_CONTROL_POLICY',
      content: serviceControlPolicy(ORGANISATION.region),
      targetIds: [unit.attrId],
    });
    const permissionSet = new CfnPermissionSet(this, 'Developer', {
      instanceArn: ORGANISATION.identityCenterArn,
      name: 'developer',
      description: 'Full access to an account of their own, and read-only billing',
      managedPolicies: MANAGED_POLICIES.map((name) => `arn:aws:iam::aws:policy/${name}`),
      sessionDuration: 'PT8H',
    });
    let previous: CfnAccount | undefined;
    for (const { name, email, userId } of developers) {
      const account = new CfnAccount(this, `Account-${name}`, {
        accountName: `banyan-dev-${name}`,
        email,
        parentIds: [unit.attrId],
        // Accounts created this way let IAM access billing unless configured otherwise.
        roleName: 'OrganizationAccountAccessRole',
      });
      // Removing a developer from the list must not close the account. Organizations creates one at a time.
      account.applyRemovalPolicy(RemovalPolicy.RETAIN);
      if (previous !== undefined) account.addResourceDependency(previous);
      previous = account;
      new CfnAssignment(this, `Assignment-${name}`, {
        instanceArn: ORGANISATION.identityCenterArn,
        permissionSetArn: permissionSet.attrPermissionSetArn,
        principalType: 'USER',
        principalId: userId,
        targetType: 'AWS_ACCOUNT',
        targetId: account.attrAccountId,
      });
    }
  }
}
