import banyan from '../../../../banyan.config';
import { forgetLambdaConfig } from '../../../../lambda/config';
import { handler as listEvents } from '../../../../lambda/eventsapp/events/list-events';
import { closeMongo, connectEarly } from '../../../../lambda/mongo';
import { startEmbedded, type EmbeddedMongo } from '../../../../shared/local/mongo';
import { AUTHORIZER, IDENTITY, gatewayEvent, LAMBDA_CONTEXT } from '../../../unit/lambda/http/gateway-event';
import { onlyOnEmbedded } from '../../../support/test-mongo';

const { describe } = onlyOnEmbedded();

const event = gatewayEvent({
  path: '/api/events',
  authorizer: {
    ...AUTHORIZER,
    identity: JSON.stringify({ ...IDENTITY, customerAccountId: '5eedacc00000000000000001' }),
  },
});
const call = () => listEvents(event, LAMBDA_CONTEXT);

describe('a function whose database is away', () => {
  let mongo: EmbeddedMongo;
  let lines: string[];

  beforeEach(async () => {
    mongo = await startEmbedded();
    process.env['MONGODB_URI'] = `mongodb://127.0.0.1:${mongo.port}/eventsapp`;
    process.env['SESSION_SECRET'] = 'secret of this test';
    forgetLambdaConfig();
    lines = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await closeMongo();
    await mongo.stop();
    delete process.env['MONGODB_URI'];
    delete process.env['SESSION_SECRET'];
    forgetLambdaConfig();
  });

  const expectOwn500 = async () => {
    const { headers, internalError } = banyan.responses;
    expect(await call()).toMatchObject({
      statusCode: 500,
      headers: { ...headers, ...internalError.headers },
      body: internalError.body,
    });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'error', function: 'test', requestId: 'request-1' });
  };

  it('starts all the same, answers with the monolith’s 500, and recovers at the next invocation', async () => {
    await mongo.faults.down();
    connectEarly();
    await expectOwn500();
    await mongo.faults.up();
    expect(await call()).toMatchObject({ statusCode: 200 });
  });

  it('answers 500 to a query that fails, and the next one works', async () => {
    mongo.faults.fail({ commands: ['find', 'aggregate'], code: 13, message: 'not authorised' });
    await expectOwn500();
    await mongo.faults.clear();
    expect(await call()).toMatchObject({ statusCode: 200 });
  });

  it('connects at load, before any invocation', async () => {
    const connected = new Promise<void>((resolve) => {
      const stop = mongo.onCommand(({ command }) => {
        if (command !== 'hello' && command !== 'isMaster' && command !== 'ismaster') return;
        stop();
        resolve();
      });
    });
    connectEarly();
    await connected;
  });
});
