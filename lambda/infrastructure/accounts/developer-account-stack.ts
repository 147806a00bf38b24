import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { CfnAnomalyMonitor, CfnAnomalySubscription } from 'aws-cdk-lib/aws-ce';
import type { Construct } from 'constructs';
import { ORGANISATION, type Developer } from '../developers';

/** Per cent of the monthly budget; a forecast warns before the money is spent. */
const WARNINGS = [
  { notificationType: 'ACTUAL', threshold: 50 },
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'FORECASTED', threshold: 100 },
] as const;

/** USD a day by which a service must exceed its usual cost to be worth an email: a function that calls itself, say. */
const ANOMALY = 5;

/** Budget and cost alerts of a developer's account. */
export class DeveloperAccountStack extends Stack {
  constructor(scope: Construct, id: string, { developer, ...props }: StackProps & { readonly developer: Developer }) {
    super(scope, id, props);
    const subscribers = [developer.email, ORGANISATION.lead].map((address) => ({ subscriptionType: 'EMAIL', address }));
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `banyan-dev-${developer.name}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: developer.monthlyBudget, unit: 'USD' },
      },
      notificationsWithSubscribers: WARNINGS.map(({ notificationType, threshold }) => ({
        notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
        subscribers,
      })),
    });
    const monitor = new CfnAnomalyMonitor(this, 'Services', {
      monitorName: `banyan-dev-${developer.name}`,
      monitorType: 'DIMENSIONAL',
      monitorDimension: 'SERVICE',
    });
    new CfnAnomalySubscription(this, 'Anomalies', {
      subscriptionName: `banyan-dev-${developer.name}`,
      frequency: 'DAILY',
      monitorArnList: [monitor.attrMonitorArn],
      subscribers: subscribers.map(({ address }) => ({ type: 'EMAIL', address })),
      thresholdExpression: JSON.stringify({
        Dimensions: {
          Key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
          MatchOptions: ['GREATER_THAN_OR_EQUAL'],
          Values: [String(ANOMALY)],
        },
      }),
    });
  }
}
