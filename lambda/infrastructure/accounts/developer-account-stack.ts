import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { CfnAnomalyMonitor, CfnAnomalySubscription } from 'aws-cdk-lib/aws-ce';
import type { Construct } from 'constructs';
import { ORGANISATION, type Developer } from '../developers';

/** Percent of the monthly budget; what is forecast warns before it is spent. */
const WARNINGS = [
  { notificationType: 'ACTUAL', threshold: 50 },
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'FORECASTED', threshold: 100 },
] as const;

/** A service that costs this much more than it used to, in USD a day, is worth a mail: a function that calls itself, say. */
const ANOMALY = 5;

/** In a developer's account: who hears of what it costs. */
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
