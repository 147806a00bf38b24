import { forgetLambdaConfig } from '../../../lambda/config';
import { bindHttpHandler } from '../../../lambda/http/bind-http-handler';
import type { HttpHandler } from '../../../lambda/http/create-http-handler';
import { json } from '../../../lambda/http/response';
import { testBanyan } from '../../support/test-banyan';
import { gatewayEvent, LAMBDA_CONTEXT } from './http/gateway-event';

const MARK = 'X-Banyan-Cold-Start';

/** Of lifted functions: lifted/lift.test.ts. */
describe('the first answer of an instance says that it was cold', () => {
  const before = process.env;
  beforeEach(() => {
    process.env = {
      ...before,
      SESSION_SECRET: 'a secret',
      LOG_LEVEL: 'silent',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    };
    forgetLambdaConfig();
  });
  afterEach(() => {
    process.env = before;
    forgetLambdaConfig();
  });

  const create = () => bindHttpHandler(testBanyan)({ auth: 'none' }, () => Promise.resolve(json(200, { ok: true })));
  const isCold = async (handler: HttpHandler): Promise<boolean> =>
    MARK in ((await handler(gatewayEvent(), LAMBDA_CONTEXT)).headers ?? {});

  it('the first only, also of several at once', async () => {
    const handler = create();
    expect(await Promise.all([isCold(handler), isCold(handler)])).toEqual([true, false]);
    expect(await isCold(handler)).toBe(false);
    expect(await isCold(create())).toBe(true);
  });

  it('not on another machine than Lambda’s', async () => {
    delete process.env['AWS_EXECUTION_ENV'];
    forgetLambdaConfig();
    expect(await isCold(create())).toBe(false);
  });
});
