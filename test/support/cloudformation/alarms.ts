import { z } from 'zod';

import { referenceOf, resourcesOf, type CloudFormationTemplate } from './template';
import { serviceSpec } from './validate';

const Alarm = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Statistic: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })).default([]),
});
type Alarm = z.infer<typeof Alarm>;

const MetricFilter = z.object({
  LogGroupName: z.unknown(),
  MetricTransformations: z.array(z.object({ MetricNamespace: z.string(), MetricName: z.string() })),
});
const RestApi = z.object({ Name: z.string() });
const Stage = z.object({ StageName: z.string() });

/**
 * Alarms that could never sound: their metric is not one that AWS publishes (or a metric filter of the template makes) with just these
 * dimensions, or a dimension names something that the template does not create.
 *
 * @returns a sentence for each
 */
export function deafAlarms(template: CloudFormationTemplate): readonly string[] {
  const made = new Set(
    resourcesOf(template, 'AWS::Logs::MetricFilter').flatMap(({ Properties }) => {
      const { MetricTransformations } = MetricFilter.parse(Properties);
      return MetricTransformations.map(({ MetricNamespace, MetricName }) => `${MetricNamespace} ${MetricName}`);
    }),
  );
  return resourcesOf(template, 'AWS::CloudWatch::Alarm').flatMap(({ id, Properties }) => {
    const alarm = Alarm.parse(Properties);
    const { Namespace, MetricName, Dimensions } = alarm;
    if (made.has(`${Namespace} ${MetricName}`) && Dimensions.length === 0) return [];
    if (!isPublished(alarm)) {
      const names = Dimensions.map(({ Name }) => Name).join(', ');
      return [`${id}: there is no metric ${Namespace} ${MetricName} by ${names || 'no dimension'}`];
    }
    return Dimensions.filter(({ Name, Value }) => !isCreated(Name, Value, template)).map(
      ({ Name, Value }) => `${id}: ${Name} ${JSON.stringify(Value)} is nothing that the template creates`,
    );
  });
}

function isPublished({ Namespace, MetricName, Dimensions }: Alarm): boolean {
  const wanted = Dimensions.map(({ Name }) => Name)
    .sort()
    .join();
  return serviceSpec()
    .lookup('metric', 'namespace', 'equals', Namespace)
    .filter(({ name }) => name === MetricName)
    .flatMap((metric) => serviceSpec().follow('usesDimensionSet', metric))
    .some(
      ({ entity }) =>
        entity.dimensions
          .map(({ name }) => name)
          .sort()
          .join() === wanted,
    );
}

function isCreated(name: string, value: unknown, template: CloudFormationTemplate): boolean {
  const type = { FunctionName: 'AWS::Lambda::Function', QueueName: 'AWS::SQS::Queue' }[name];
  if (type !== undefined) {
    const target = referenceOf(value)?.target;
    return resourcesOf(template, type).some(({ id }) => id === target);
  }
  const names = {
    ApiName: () => resourcesOf(template, 'AWS::ApiGateway::RestApi').map((api) => RestApi.parse(api.Properties).Name),
    Stage: () => resourcesOf(template, 'AWS::ApiGateway::Stage').map((one) => Stage.parse(one.Properties).StageName),
  };
  return (name === 'ApiName' || name === 'Stage') && typeof value === 'string' && names[name]().includes(value);
}
