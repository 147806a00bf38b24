'use strict';

const { logicalName } = require('./function-names.js');

/** Five minutes: one fault is one message, not one for each minute that it lasts. */
const PERIOD_S = 300;

/**
 * Two alarms for each function of serverless.yml, which includes this file: when it fails, and when Lambda refuses to
 * run it. Those of the queues and the gateway are in alarms.yml.
 *
 * An authorizer refuses anonymous requests by failing with `Unauthorized`, so its Errors count visitors. What counts as
 * its fault is what it logs as an error.
 */
module.exports = async ({ resolveConfigurationProperty, resolveVariable }) => {
  const functions = await resolveConfigurationProperty(['functions']);
  const actions = await resolveVariable('self:custom.stage.alarmActions');
  const prefix = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}`;
  const alarm = (name, AlarmDescription, metric) => ({
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${prefix}-${name}`,
      AlarmDescription,
      Statistic: 'Sum',
      Period: PERIOD_S,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      // Without invocations there is nothing to report.
      TreatMissingData: 'notBreaching',
      AlarmActions: actions,
      OKActions: actions,
      ...metric,
    },
  });

  const authorizers = authorizersOf(functions);
  const Resources = {};
  for (const name of Object.keys(functions)) {
    const id = logicalName(name);
    const lambdaMetric = (MetricName) => ({
      Namespace: 'AWS/Lambda',
      MetricName,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${id}LambdaFunction` } }],
    });
    if (authorizers.has(name)) {
      const logged = { MetricNamespace: prefix, MetricName: `${name}-faults` };
      Resources[`${id}FaultsMetricFilter`] = {
        Type: 'AWS::Logs::MetricFilter',
        Properties: {
          LogGroupName: { Ref: `${id}LogGroup` },
          FilterPattern: '{ $.level = "error" }',
          MetricTransformations: [{ ...logged, MetricValue: '1', DefaultValue: 0 }],
        },
      };
      Resources[`${id}ErrorsAlarm`] = alarm(
        `${name}-errors`,
        `${name} could not authenticate requests; clients got 500. See its log (database, configuration).`,
        { Namespace: logged.MetricNamespace, MetricName: logged.MetricName },
      );
    } else {
      Resources[`${id}ErrorsAlarm`] = alarm(
        `${name}-errors`,
        `${name} threw, exited or timed out. See its log.`,
        lambdaMetric('Errors'),
      );
    }
    Resources[`${id}ThrottlesAlarm`] = alarm(
      `${name}-throttles`,
      `Lambda had no room for ${name}: raise its reservedConcurrency, or the account's limit.`,
      lambdaMetric('Throttles'),
    );
  }
  return { Resources };
};

/** The functions that events name as their authorizer, by name or as `{name}`, and those that wait for a route, by their name. */
function authorizersOf(functions) {
  const events = Object.values(functions).flatMap(({ events = [] }) => events);
  const named = events.map(({ http, httpApi }) => http?.authorizer ?? httpApi?.authorizer);
  const unused = Object.keys(functions).filter((name) => /authorizer$/i.test(name));
  return new Set([...named.map((authorizer) => authorizer?.name ?? authorizer), ...unused]);
}
