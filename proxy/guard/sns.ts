import { loadOptional } from '../../shared/optional-package';
import { notificationJson, type Channel } from './notification';

/** A standard topic; the region is that of its ARN. */
export interface SnsTopic {
  readonly arn: string;
  readonly region: string;
  /** Another address than AWS's own, for a local system. */
  readonly endpoint?: URL | undefined;
}

/** `arn:<partition>:sns:<region>:<account>:<name>`; names of FIFO topics end in `.fifo`. */
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:([a-z]{2}[a-z0-9-]+):\d{12}:[\w-]{1,256}$/;

/** The region of a standard topic's ARN; undefined when it is none. */
export function regionOfTopic(arn: string): string | undefined {
  return TOPIC_ARN.exec(arn)?.[1];
}

/**
 * Publishes the notification as JSON, with a subject for e-mail and with attributes for filter policies. Credentials
 * are found as the AWS SDK finds them; they need `sns:Publish`. The SDK is loaded here, at the start of a proxy that
 * has a topic: not in others, which need none of its memory, and not in the moment of a roll back.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function snsChannel({ arn, region, endpoint }: SnsTopic): Channel {
  const ready = loadOptional(
    { name: '@aws-sdk/client-sns', neededBy: 'GUARD_SNS_TOPIC_ARN' },
    async () => import('@aws-sdk/client-sns'),
  ).then(({ PublishCommand, SNSClient }) => ({
    // One attempt: the caller retries.
    client: new SNSClient({ region, maxAttempts: 1, ...(endpoint !== undefined && { endpoint: endpoint.origin }) }),
    PublishCommand,
  }));
  // Said by every attempt to send.
  ready.catch(() => undefined);
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  return {
    name: 'sns',
    place: arn,
    async send(notification, abortSignal) {
      const { client, PublishCommand } = await ready;
      const { event, routeId } = notification;
      const command = new PublishCommand({
        TopicArn: arn,
        // 100 ASCII characters at most; an id has 64.
        Subject: `Banyan rolled ${routeId} back to legacy`,
        Message: notificationJson(notification),
        MessageAttributes: { event: text(event), routeId: text(routeId) },
      });
      await client.send(command, { abortSignal });
    },
    close: () => void ready.then(({ client }) => client.destroy()).catch(() => undefined),
  };
}
