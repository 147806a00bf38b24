import type { EventSources, QueueConsumer, QueueDefinition, Schedule } from './api';
import type { Faults } from './faults';
import { resourcesOf } from '../../serverless-file/read-service';
import type { Value } from '../../serverless-file/value';

/** The queues under `resources`, and what consumes them or runs on a schedule, for the rest of the local system. */
export function readEventSources(root: Value, { service, stage }: Deployment, faults: Faults): EventSources {
  const queues = readQueues(root, faults);
  const known = new Set(queues.map(({ logicalId }) => logicalId));
  const consumers: QueueConsumer[] = [];
  const schedules: Schedule[] = [];
  for (const [functionName, definition] of root.get('functions')?.entries ?? []) {
    for (const item of definition.get('events')?.items ?? []) {
      const sqs = item.get('sqs');
      const schedule = item.get('schedule');
      if (sqs) consumers.push(...readConsumer(functionName, sqs, known, faults));
      if (schedule) schedules.push(...readSchedule(functionName, schedule, `${service}-${stage}-`, faults));
    }
  }
  return { queues, consumers, schedules };
}

interface Deployment {
  readonly service: string;
  readonly stage: string;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html */
function readQueues(root: Value, faults: Faults): QueueDefinition[] {
  return resourcesOf(root)
    .filter(([, resource]) => resource.get('Type')?.text === 'AWS::SQS::Queue')
    .map(([logicalId, resource]) => {
      const redrive = resource.get('Properties.RedrivePolicy');
      const deadLetterQueue = redrive && attributeOf(redrive.get('deadLetterTargetArn'), faults);
      const maxReceiveCount = redrive?.get('maxReceiveCount')?.primitive;
      return {
        logicalId,
        name: resource.get('Properties.QueueName')?.text ?? logicalId,
        visibilityTimeoutS: numberOr(30, resource.get('Properties.VisibilityTimeout'), faults),
        deadLetter:
          deadLetterQueue === undefined || typeof maxReceiveCount !== 'number'
            ? undefined
            : { queue: deadLetterQueue, maxReceiveCount },
      };
    });
}

function readConsumer(
  functionName: string,
  sqs: Value,
  known: ReadonlySet<string>,
  faults: Faults,
): readonly QueueConsumer[] {
  const queue = attributeOf(sqs.get('arn'), faults);
  if (queue === undefined || !known.has(queue)) {
    faults.add(sqs, `sqs.arn must be {Fn::GetAtt: [<queue under resources>, Arn]}; known: ${[...known].join(', ')}`);
    return [];
  }
  const responseType = sqs.get('functionResponseType')?.text;
  const batchSize = numberOr(10, sqs.get('batchSize'), faults);
  return [{ functionName, queue, batchSize, partialResponses: responseType === 'ReportBatchItemFailures' }];
}

/** `schedule: rate(1 day)` or `schedule: {name, rate}`, named without service and stage; without a name after its function. */
function readSchedule(functionName: string, schedule: Value, prefix: string, faults: Faults): readonly Schedule[] {
  const rate = schedule.isMap ? schedule.get('rate') : schedule;
  if (rate?.text === undefined && !rate?.items.some(({ text }) => text !== undefined)) {
    faults.add(schedule, 'a schedule needs a rate: cron(...) or rate(...)');
    return [];
  }
  const ruleName = schedule.get('name')?.text ?? prefix + functionName;
  const name = ruleName.startsWith(prefix) ? ruleName.slice(prefix.length) : ruleName;
  return [{ name, ruleName, functionName }];
}

/** The logical id in `{Fn::GetAtt: [Queue, Arn]}`; the short form hides it from this reader. */
function attributeOf(value: Value | undefined, faults: Faults): string | undefined {
  const id = value?.entries.get('Fn::GetAtt')?.items[0]?.text;
  if (id === undefined && value !== undefined) faults.add(value, 'write the ARN as {Fn::GetAtt: [Name, Arn]}');
  return id;
}

function numberOr(fallback: number, value: Value | undefined, faults: Faults): number {
  if (value === undefined) return fallback;
  if (typeof value.primitive === 'number' && value.primitive >= 0) return value.primitive;
  faults.add(value, `expected a number, found ${value.describe()}`);
  return fallback;
}
