import { readReportsConfig } from '../../../../lambda/eventsapp/reports/config';

const GOOD = { AWS_REGION: 'eu-west-1', REPORT_QUEUE_URL: 'https://sqs/q', FUNCTION_PREFIX: 'banyan-dev-' };

it('leaves the daily reports to the monolith unless told otherwise, and AWS to its own addresses', () => {
  expect(readReportsConfig(GOOD)).toEqual({
    region: 'eu-west-1',
    queueUrl: 'https://sqs/q',
    functionPrefix: 'banyan-dev-',
    sqsEndpoint: undefined,
    lambdaEndpoint: undefined,
    dailyReportRunner: 'legacy',
    logLevel: 'info',
  });
});

it('names every bad variable at once', () => {
  expect(() => readReportsConfig({ DAILY_REPORT_RUNNER: 'both', SQS_ENDPOINT: '' })).toThrow(
    /AWS_REGION is missing.*REPORT_QUEUE_URL is missing.*SQS_ENDPOINT is empty.*FUNCTION_PREFIX is missing.*DAILY_REPORT_RUNNER is "both"; expected one of legacy, lambda/,
  );
});
