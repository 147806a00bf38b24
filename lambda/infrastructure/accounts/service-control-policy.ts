import { deployedService } from '../permissions/deployed-service';
import { deriveStatements } from '../permissions/derive';

/** Services that people need for any deployment, whatever it contains. */
const AROUND = [
  ...[
    'access-analyzer',
    'billing',
    'budgets',
    'ce',
    'cloudshell',
    'cloudtrail',
    'cur',
    'ecr',
    'freetier',
    'health',
    'iam',
    'kms',
  ],
  ...[
    'notifications',
    'organizations',
    'payments',
    'resource-groups',
    'sts',
    'support',
    'tag',
    'trustedadvisor',
    'xray',
  ],
];

/** Maximum characters of an SCP. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
export const SCP_SIZE = 5120;

/**
 * What no one may do in a developer's account, its administrators included. It leaves only the services that the templates use, as named by the
 * derived permissions, and only our region; nothing that costs money while no one works; and no way around the cost alerts.
 */
export function serviceControlPolicy(region: string): object {
  const actions = deriveStatements(deployedService('dev')).flatMap(({ Action }) => Action);
  const services = [...new Set([...actions.map((action) => action.slice(0, action.indexOf(':'))), ...AROUND])].sort();
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OnlyTheseServices',
        Effect: 'Deny',
        NotAction: services.map((service) => `${service}:*`),
        Resource: '*',
      },
      {
        Sid: 'OnlyThisRegion',
        Effect: 'Deny',
        // Global services are called in us-east-1.
        NotAction: ['budgets', 'ce', 'cloudfront', 'health', 'iam', 'organizations', 'sts', 'support'].map(
          (name) => `${name}:*`,
        ),
        Resource: '*',
        Condition: { StringNotEquals: { 'aws:RequestedRegion': [region, 'us-east-1'] } },
      },
      {
        Sid: 'NothingThatCostsByTheHour',
        Effect: 'Deny',
        Action: [
          ...[
            'AllocateHosts',
            'CreateNatGateway',
            'CreateTransitGateway',
            'PurchaseHostReservation',
            'PurchaseReservedInstancesOffering',
          ],
          ...['RequestSpotFleet', 'RequestSpotInstances', 'RunInstances'],
        ].map((name) => `ec2:${name}`),
        Resource: '*',
      },
      {
        Sid: 'AlarmsOnMoneyStay',
        Effect: 'Deny',
        Action: [
          'budgets:DeleteBudgetAction',
          'budgets:ModifyBudget',
          'ce:DeleteAnomalyMonitor',
          'ce:DeleteAnomalySubscription',
          'ce:UpdateAnomalySubscription',
        ],
        Resource: '*',
        Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/cdk-hnb659fds-cfn-exec-role-*' } },
      },
      {
        Sid: 'TheAccountStays',
        Effect: 'Deny',
        Action: [
          'organizations:LeaveOrganization',
          'account:CloseAccount',
          'cloudtrail:StopLogging',
          'cloudtrail:DeleteTrail',
        ],
        Resource: '*',
      },
    ],
  };
}
