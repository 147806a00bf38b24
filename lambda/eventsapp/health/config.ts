import { readEnvironment } from 'banyan-strangler/lambda';

/** Of get-health, next to what the photo functions read: the queue of reports. Throws ConfigError. */
export function queueConfig(): { readonly queueUrl: string; readonly endpoint: string | undefined } {
  return readEnvironment(process.env, (reader) => ({
    queueUrl: reader.string('REPORT_QUEUE_URL'),
    endpoint: reader.optionalString('SQS_ENDPOINT'),
  }));
}
