import { randomUUID } from 'node:crypto';
import type { EventBridgeEvent } from 'aws-lambda';
import type { Schedule } from '../gateway/api';
import type { FunctionDefinition } from '../functions';

/**
 * The event that an EventBridge rule sends on its schedule.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
 */
export function scheduledEvent(
  { ruleName }: Schedule,
  { arn }: Pick<FunctionDefinition, 'arn'>,
  now: Date,
): EventBridgeEvent<'Scheduled Event', object> {
  const [, , , region = '', account = ''] = arn.split(':');
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    // EventBridge sends whole seconds.
    time: now.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region,
    resources: [`arn:aws:events:${region}:${account}:rule/${ruleName}`],
    detail: {},
  };
}
