import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { MongoClient } from 'mongodb';
import {
  readEventSourcesFile,
  setProcessEnvironment,
  startConsumer,
  startGateway,
  startInvokeApi,
  startMongo,
  startSqs,
} from '../../../../shared/local';
import { capturedLogger } from '../../../support/captured-logger';
import { closeIfLeftOpen } from '../../../support/left-open';
import { waitFor } from '../../../support/wait-for';

const SERVERLESS = `
service: shop
provider:
  name: aws
  region: eu-west-1
  environment:
    GREETING: \${env:GREETING, 'the fallback'}
functions:
  greet:
    handler: greet.handler
    events:
      - http: GET greet
      - schedule: rate(1 day)
  collect:
    handler: collect.handler
    events:
      - sqs: { arn: { 'Fn::GetAtt': [Orders, Arn] }, batchSize: 1 }
resources:
  Resources:
    Orders:
      Type: AWS::SQS::Queue
      Properties: { QueueName: orders }
`;

/** A part must not read any of it. */
const MISLEADING = {
  ...{ GREETING: 'of the shell', MONGODB_URI: 'mongodb://127.0.0.1:1/of-the-shell', PORT: '1', GATEWAY_PORT: '1' },
  ...{ SQS_PORT: '1', SQS_ENDPOINT: 'http://127.0.0.1:1', INVOKE_PORT: '1', MONGO_PORT: '1', AWS_REGION: 'mars-1' },
};

describe('each part of the local cloud starts by itself, with the configuration of its caller', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'banyan-local-'));
  const serverlessFile = path.join(folder, 'serverless.yml');
  writeFileSync(serverlessFile, SERVERLESS);
  const restore = setProcessEnvironment(MISLEADING);
  afterAll(() => {
    restore();
    rmSync(folder, { recursive: true, force: true });
  });

  const batches: unknown[] = [];
  const load = (file: string) => ({
    handler: (event: unknown) => {
      if (path.basename(file) === 'collect') batches.push(event);
      return Promise.resolve({ statusCode: 200, body: process.env['GREETING'] });
    },
  });
  const gatewayWith = async (more: Partial<Parameters<typeof startGateway>[0]>) => {
    const gateway = await startGateway({ serverlessFile, stage: 'dev', port: 0, allFunctions: true, load, ...more });
    closeIfLeftOpen(() => gateway.close());
    return gateway;
  };
  const queues = readEventSourcesFile({ serverlessFile, stage: 'dev' });

  it('MongoDB', async () => {
    const mongo = await startMongo({ env: {}, databaseName: 'shop' });
    closeIfLeftOpen(() => mongo.stop());
    const client = await MongoClient.connect(mongo.uri);
    expect(client.db().databaseName).toBe('shop');
    await client.close();
    await mongo.stop();
  });

  it.each([
    ['the fallback of the file', {}, 'the fallback'],
    ["the caller's variable", { environment: { GREETING: 'of the caller' } }, 'of the caller'],
  ])('API Gateway, with %s', async (_what, options, greeting) => {
    const gateway = await gatewayWith(options);
    expect(await (await fetch(`${gateway.url}/greet`)).text()).toBe(greeting);
    await gateway.close();
    expect(process.env['GREETING']).toBe(MISLEADING.GREETING);
  });

  it('the Invoke API, with schedules', async () => {
    const gateway = await gatewayWith({});
    const { schedules } = queues;
    const api = await startInvokeApi({ functions: () => gateway.functions.values(), schedules });
    closeIfLeftOpen(() => api.close());
    expect(await (await fetch(`${api.url}/local/schedules`)).json()).toEqual({ schedules: [schedules[0]?.name] });
    await api.close();
    await gateway.close();
  });

  it('SQS, and what consumes a queue', async () => {
    const gateway = await gatewayWith({});
    const sqs = await startSqs({ region: 'eu-west-1', queues: queues.queues });
    closeIfLeftOpen(() => sqs.close());
    expect(sqs.queueArn('Orders')).toContain(':eu-west-1:');
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new SQSClient({ region: sqs.region, endpoint: sqs.url, credentials });
    const target = gateway.functions.get('collect');
    if (target === undefined) throw new Error('there is no function collect');
    const consumer = startConsumer({
      sqs: client,
      queueUrl: sqs.queueUrl('Orders'),
      queueArn: sqs.queueArn('Orders'),
      target,
      batchSize: 1,
      partialResponses: false,
      logger: capturedLogger(),
    });
    closeIfLeftOpen(() => consumer.stop());
    await client.send(new SendMessageCommand({ QueueUrl: sqs.queueUrl('Orders'), MessageBody: 'an order' }));
    await waitFor('the order', () => batches.length === 1);
    expect(batches).toMatchObject([{ Records: [{ body: 'an order', eventSourceARN: sqs.queueArn('Orders') }] }]);
    await consumer.stop();
    client.destroy();
    await sqs.close();
    await gateway.close();
  });
});
