import { readEnvironment } from 'banyan-strangler/lambda';

/**
 * Where a queue is.
 *
 * @param variable names its URL
 * @throws ConfigError naming every bad variable at once
 */
export function queueConfig(variable: 'PHOTO_FAILURES_URL' | 'REPORT_QUEUE_URL'): {
  readonly queueUrl: string;
  /** Another address than AWS's own: on one machine. */
  readonly endpoint: string | undefined;
} {
  return readEnvironment(process.env, (reader) => ({
    queueUrl: reader.string(variable),
    endpoint: reader.optionalString('SQS_ENDPOINT'),
  }));
}
