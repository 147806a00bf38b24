import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';

import { readFailures, startConsumer, type QueueConsumer } from '../../../../../shared/local/sqs/consumer';
import { createFunction } from '../../../../../shared/local/functions';
import { startSqs, type LocalSqs } from '../../../../../shared/local/sqs/queues';
import { capturedLogger } from '../../../../support/captured-logger';
import { waitFor } from '../../../../support/wait-for';

describe('what a function says has failed', () => {
  const ids = ['a', 'b'];
  const list = (...failed: unknown[]) =>
    JSON.stringify({ batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) });

  it.each([
    ['null', 'null'],
    ['an empty object', '{}'],
    ['an empty list', list()],
    ['no list', '{"batchItemFailures":null}'],
  ])('%s: nothing', (_name, payload) => expect(readFailures(payload, ids)).toEqual(new Set()));

  it('some', () => expect(readFailures(list('b'), ids)).toEqual(new Set(['b'])));

  it.each([
    ['an unknown id', list('c')],
    ['an empty id', list('')],
    ['null as an id', list(null)],
    ['another key', '{"batchItemFailures":[{"id":"a"}]}'],
    ['a text', '"ok"'],
    ['no list', '{"batchItemFailures":"a"}'],
  ])('%s: all of it', (_name, payload) => expect(readFailures(payload, ids)).toBeUndefined());
});

describe('an event source mapping', () => {
  let sqs: LocalSqs;
  let client: SQSClient;
  let consumer: QueueConsumer | undefined;
  const logger = capturedLogger();

  beforeEach(async () => {
    const name = { logicalId: 'Jobs', name: 'jobs' };
    sqs = await startSqs({
      region: 'eu-west-1',
      queues: [
        { ...name, visibilityTimeoutS: 1, deadLetter: { queue: 'Dead', maxReceiveCount: 2 } },
        { logicalId: 'Dead', name: 'dead', visibilityTimeoutS: 30, deadLetter: undefined },
      ],
    });
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    client = new SQSClient({ region: 'eu-west-1', endpoint: sqs.url, credentials });
  });
  afterEach(async () => {
    await consumer?.stop();
    client.destroy();
    await sqs.close();
  });

  const consume = (handler: (event: SQSEvent) => Promise<unknown>, partialResponses = true) => {
    const target = createFunction(
      { name: 'f', functionName: 'f', handler: 'f.handler', root: '/', timeoutMs: 2_000, memorySize: 128, arn: 'arn' },
      { load: () => ({ handler: (event: SQSEvent) => handler(event) }) },
    );
    const addresses = { queueUrl: sqs.queueUrl('Jobs'), queueArn: sqs.queueArn('Jobs') };
    consumer = startConsumer({ sqs: client, ...addresses, target, batchSize: 10, partialResponses, logger });
    return consumer;
  };
  const send = (MessageBody: string) =>
    client.send(new SendMessageCommand({ QueueUrl: sqs.queueUrl('Jobs'), MessageBody }));
  const waiting = async (queue: string): Promise<number> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: sqs.queueUrl(queue), AttributeNames: ['All'] });
    const { Attributes } = await client.send(command);
    return (
      Number(Attributes?.['ApproximateNumberOfMessages']) +
      Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'])
    );
  };

  it('hands messages over as Lambda does, and deletes what succeeded', async () => {
    const events: SQSEvent[] = [];
    consume((event) => {
      events.push(event);
      return Promise.resolve({ batchItemFailures: [] });
    });
    await send('hello');
    await waitFor('the message', () => events.length === 1);
    expect(events[0]?.Records).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        receiptHandle: expect.any(String) as unknown,
        body: 'hello',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/) as unknown,
          SenderId: expect.any(String) as unknown,
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/) as unknown,
        },
        messageAttributes: {},
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        eventSource: 'aws:sqs',
        eventSourceARN: sqs.queueArn('Jobs'),
        awsRegion: 'eu-west-1',
      },
    ]);
    await waitFor('an empty queue', async () => (await waiting('Jobs')) === 0);
  });

  it.each<[string, (event: SQSEvent) => Promise<unknown>]>([
    [
      'names as failed',
      ({ Records }) =>
        Promise.resolve({ batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) }),
    ],
    ['throws over', () => Promise.reject(new Error('broken'))],
    ['answers rubbish to', () => Promise.resolve('rubbish')],
  ])('delivers what the function %s again, until the queue puts it aside', async (_name, handler) => {
    const counts: string[] = [];
    consume((event) => {
      counts.push(...event.Records.map(({ attributes }) => attributes.ApproximateReceiveCount));
      return handler(event);
    });
    await send('bad');
    await waitFor('the dead letter', async () => (await waiting('Dead')) === 1, 10_000);
    expect(counts).toEqual(['1', '2']);
    expect(await waiting('Jobs')).toBe(0);
  });

  it('without partial responses goes by success alone', async () => {
    const called = jest.fn(() => Promise.resolve({ batchItemFailures: [{ itemIdentifier: 'x' }] }));
    consume(called, false);
    await send('fine');
    await waitFor('an empty queue', async () => called.mock.calls.length === 1 && (await waiting('Jobs')) === 0);
  });

  it('stops within a second, also while a function hangs, and at once while it waits', async () => {
    let entered = (): void => undefined;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const hanging = consume(() => {
      entered();
      return new Promise(() => undefined);
    });
    await send('slow');
    await inside;
    const begun = performance.now();
    await hanging.stop();
    expect(performance.now() - begun).toBeLessThan(1_500);
    const idle = consume(() => Promise.resolve(null));
    const again = performance.now();
    await idle.stop();
    expect(performance.now() - again).toBeLessThan(500);
  });
});
