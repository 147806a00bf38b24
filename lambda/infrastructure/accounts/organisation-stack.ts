import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnAccount, CfnOrganizationalUnit, CfnPolicy } from 'aws-cdk-lib/aws-organizations';
import { CfnAssignment, CfnPermissionSet } from 'aws-cdk-lib/aws-sso';
import type { Construct } from 'constructs';
import { ORGANISATION, type Developer } from '../developers';
import { serviceControlPolicy } from './service-control-policy';

/** What a developer may do in the account: all that the organisation's policy leaves, and see what it costs. */
const MANAGED_POLICIES = ['AdministratorAccess', 'AWSBillingReadOnlyAccess'];

/** In the management account: an account for each developer, under a policy, with one person who may use it. */
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
      description: 'Services, region and prices that developer accounts are for',
      type: 'SERVICE_CONTROL_POLICY',
      content: serviceControlPolicy(ORGANISATION.region),
      targetIds: [unit.attrId],
    });
    const permissionSet = new CfnPermissionSet(this, 'Developer', {
      instanceArn: ORGANISATION.identityCenterArn,
      name: 'developer',
      description: 'All of an account that is for no one else, and read-only billing',
      managedPolicies: MANAGED_POLICIES.map((name) => `arn:aws:iam::aws:policy/${name}`),
      sessionDuration: 'PT8H',
    });
    let previous: CfnAccount | undefined;
    for (const { name, email, userId } of developers) {
      const account = new CfnAccount(this, `Account-${name}`, {
        accountName: `banyan-dev-${name}`,
        email,
        parentIds: [unit.attrId],
        // Access of IAM to billing is allowed for accounts that are made this way, unless one says otherwise.
        roleName: 'OrganizationAccountAccessRole',
      });
      // Taking a developer out of the list must not close an account; Organizations makes one at a time.
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
