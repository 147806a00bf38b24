import { Duration, type Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Stats,
  TreatMissingData,
  type CreateAlarmOptions,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AlarmBehavior, type FargateService } from 'aws-cdk-lib/aws-ecs';
import {
  HttpCodeElb,
  HttpCodeTarget,
  type ApplicationLoadBalancer,
  type ApplicationTargetGroup,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { ProxySettings, Stage } from '../stages';

interface AlarmSettings {
  readonly stage: Stage & { readonly proxy: ProxySettings };
  readonly service: FargateService;
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targets: ApplicationTargetGroup;
  readonly topic: Topic;
}

type Limit = Pick<CreateAlarmOptions, 'threshold' | 'evaluationPeriods' | 'comparisonOperator' | 'treatMissingData'>;

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = ComparisonOperator;

/** Names of the alarms that also stop a deployment: ECS then restores the last image. */
const ENDS_DEPLOYMENT = ['no-target', '5xx'];

const alarmName = (stage: Stage, name: string): string => `banyan-proxy-${stage.name}-${name}`;

/** While new tasks take over, ECS watches what clients see. By name, because the alarms already refer to the service. */
export function putBackOn(service: FargateService, stage: Stage): void {
  service.enableDeploymentAlarms(
    ENDS_DEPLOYMENT.map((name) => alarmName(stage, name)),
    { behavior: AlarmBehavior.ROLLBACK_ON_ALARM },
  );
}

/** The alarms that page a person about the proxy; each also reports when it is over. */
export function addProxyAlarms(stack: Stack, { stage, service, loadBalancer, targets, topic }: AlarmSettings): void {
  const period = Duration.minutes(1);
  const sum = { statistic: Stats.SUM, period };
  const action = new SnsAction(topic);
  const alarm = (name: string, alarmDescription: string, metric: IMetric, limit: Limit) => {
    const raised = new Alarm(stack, `${name}Alarm`, {
      alarmName: alarmName(stage, name),
      alarmDescription,
      metric,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...limit,
    });
    raised.addAlarmAction(action);
    raised.addOkAction(action);
  };

  alarm(
    'no-target',
    'The load balancer answers by itself: no proxy is reachable',
    loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, sum),
    {
      threshold: 5,
      evaluationPeriods: 2,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    },
  );
  alarm(
    '5xx',
    'Clients get 5xx through the proxy, whichever side they are from',
    targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, sum),
    {
      threshold: 25,
      evaluationPeriods: 3,
      comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    },
  );
  alarm(
    'too-few',
    'Fewer proxies are ready than the stage has zones',
    targets.metrics.healthyHostCount({ statistic: Stats.MINIMUM, period }),
    {
      threshold: stage.zones.length,
      evaluationPeriods: 3,
      comparisonOperator: LESS_THAN_THRESHOLD,
      // With none at all there is no data.
      treatMissingData: TreatMissingData.BREACHING,
    },
  );
  alarm(
    'slow',
    'The slowest 1 % of requests take longer than 5 s',
    targets.metrics.targetResponseTime({ statistic: 'p99', period }),
    {
      threshold: 5,
      evaluationPeriods: 5,
      comparisonOperator: GREATER_THAN_THRESHOLD,
    },
  );
  alarm(
    'busy',
    'Proxies are busy although there may be more of them',
    service.metricCpuUtilization({ statistic: Stats.AVERAGE, period }),
    {
      threshold: 80,
      evaluationPeriods: 10,
      comparisonOperator: GREATER_THAN_THRESHOLD,
    },
  );
  alarm(
    'memory',
    'Proxies are about to be killed for want of memory',
    service.metricMemoryUtilization({ statistic: Stats.MAXIMUM, period }),
    {
      threshold: 85,
      evaluationPeriods: 5,
      comparisonOperator: GREATER_THAN_THRESHOLD,
    },
  );

  new Rule(stack, 'DeploymentFailed', {
    ruleName: `banyan-proxy-${stage.name}-deployment-failed`,
    description: 'The circuit breaker has restored the last image',
    eventPattern: {
      source: ['aws.ecs'],
      detailType: ['ECS Deployment State Change'],
      resources: [service.serviceArn],
      detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
    },
    targets: [new SnsTopic(topic)],
  });
}
