import { type Environment, LOG_LEVELS, type LogLevel, readEnvironment } from 'banyan-strangler/lambda';

const RUNNERS = ['legacy', 'lambda'] as const;

/** What the report functions outside the VPC read from their environment. No secret is among it. */
export interface ReportsConfig {
  readonly region: string;
  readonly queueUrl: string;
  /** Other addresses than AWS's own: on one machine. */
  readonly sqsEndpoint: string | undefined;
  readonly lambdaEndpoint: string | undefined;
  /** Prefix of the names of functions: `banyan-dev-`. */
  readonly functionPrefix: string;
  /** Whose turn it is to order the daily reports. */
  readonly dailyReportRunner: (typeof RUNNERS)[number];
  readonly logLevel: LogLevel;
}

/**
 * Reads an environment.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function readReportsConfig(env: Environment): ReportsConfig {
  return readEnvironment(env, (reader) => ({
    // Lambda itself sets it.
    region: reader.string('AWS_REGION'),
    queueUrl: reader.string('REPORT_QUEUE_URL'),
    sqsEndpoint: reader.optionalString('SQS_ENDPOINT'),
    lambdaEndpoint: reader.optionalString('LAMBDA_ENDPOINT'),
    functionPrefix: reader.string('FUNCTION_PREFIX'),
    dailyReportRunner: reader.oneOf('DAILY_REPORT_RUNNER', RUNNERS, 'legacy'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
  }));
}

/** This process's environment. */
export function reportsConfig(): ReportsConfig {
  return readReportsConfig(process.env);
}
