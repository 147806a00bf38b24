import { forgetLambdaConfig } from '../../../lambda/config';
import { bindHttpHandler } from '../../../lambda/http/bind-http-handler';
import { json } from '../../../lambda/http/response';
import { testBanyan } from '../../support/test-banyan';
import { gatewayEvent, LAMBDA_CONTEXT } from './http/gateway-event';

const httpHandler = bindHttpHandler(testBanyan);

describe('httpHandler', () => {
  afterEach(() => {
    delete process.env['LOG_LEVEL'];
    delete process.env['SESSION_SECRET'];
    forgetLambdaConfig();
  });

  it('fails as a whole, naming every variable, when the function is badly configured', async () => {
    const handler = httpHandler(() => json(200, {}));
    process.env['LOG_LEVEL'] = 'loud';
    await expect(handler(gatewayEvent(), LAMBDA_CONTEXT)).rejects.toThrow(/LOG_LEVEL is "loud".*SESSION_SECRET/);
  });

  it('works at the next invocation once the configuration is good', async () => {
    const handler = httpHandler(({ identity }) => json(200, identity));
    await expect(handler(gatewayEvent(), LAMBDA_CONTEXT)).rejects.toThrow();
    process.env['SESSION_SECRET'] = 'secret of this test';
    expect(await handler(gatewayEvent(), LAMBDA_CONTEXT)).toMatchObject({
      statusCode: 200,
      headers: { 'x-powered-by': 'Express' },
    });
  });
});
