import { MongoClient, MongoNetworkError } from 'mongodb';
import { handler } from '../../../../../lambda/eventsapp/authorizer';
import { forgetLambdaConfig } from '../../../../../lambda/config';
import { closeMongo } from '../../../../../lambda/mongo';
import { sign } from '../../../../../shared/session/unsign';
import { restEvent } from '../../../../unit/lambda/authorizer/events';

const VARIABLES = ['MONGODB_URI', 'SESSION_SECRET', 'LOG_LEVEL'] as const;
const before = VARIABLES.map((name) => [name, process.env[name]] as const);

function setEnvironment(values: Partial<Record<(typeof VARIABLES)[number], string>>): void {
  for (const name of VARIABLES) {
    if (values[name] === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = values[name];
  }
  forgetLambdaConfig();
}

afterEach(async () => {
  setEnvironment(Object.fromEntries(before));
  await closeMongo();
});

describe('the authorizer as deployed', () => {
  it('takes at most two parameters, as the runtime demands', () => {
    expect(handler.length).toBeLessThanOrEqual(2);
  });

  it('fails with every fault of its environment, and recovers when it is good', async () => {
    setEnvironment({ LOG_LEVEL: 'loud' });
    await expect(handler(restEvent({}))).rejects.toThrow(
      /MONGODB_URI is missing.*LOG_LEVEL.*SESSION_SECRET is missing/,
    );
    setEnvironment({ MONGODB_URI: 'mongodb://127.0.0.1:1/x', SESSION_SECRET: 's', LOG_LEVEL: 'silent' });
    await expect(handler(restEvent({}))).rejects.toThrow(/^Unauthorized$/);
  });

  it('asks the database of its environment, says 500 while there is none, and tries again', async () => {
    const connect = jest.spyOn(MongoClient.prototype, 'connect').mockRejectedValue(new MongoNetworkError('away'));
    setEnvironment({ MONGODB_URI: 'mongodb://127.0.0.1:1/x', SESSION_SECRET: 's', LOG_LEVEL: 'silent' });
    const event = restEvent({ Cookie: `eventsapp.sid=${encodeURIComponent(`s:${sign('a', 's')}`)}` });
    await expect(handler(event)).rejects.toThrow('The request could not be authenticated');
    await expect(handler(event)).rejects.toThrow('The request could not be authenticated');
    expect(connect).toHaveBeenCalledTimes(2);
    connect.mockRestore();
  });
});
