import { forgetLambdaConfig } from '../../../lambda/config';
import { bindHttpHandler } from '../../../lambda/http/bind-http-handler';
import type { HttpHandler } from '../../../lambda/http/create-http-handler';
import { json } from '../../../lambda/http/response';
import { lift } from '../../../lambda/lifted/lift';
import { closeMongo } from '../../../lambda/mongo';
import { testBanyan } from '../../support/test-banyan';
import { gatewayEvent, LAMBDA_CONTEXT } from './http/gateway-event';

/** Refused by the lifted routers' parser, before a database is asked for. */
const MALFORMED = {
  method: 'POST',
  path: '/api/x',
  headers: [['Content-Type', 'application/json']],
  body: '{',
} as const;
const MARK = 'X-Banyan-Cold-Start';

describe('the first answer of an instance says that it was cold', () => {
  const before = process.env;
  beforeEach(() => {
    // Express writes why it answered 400.
    jest.spyOn(console, 'error').mockImplementation();
    process.env = {
      ...before,
      MONGODB_URI: 'mongodb://127.0.0.1:1/none',
      SESSION_SECRET: 'a secret',
      LOG_LEVEL: 'silent',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    };
    forgetLambdaConfig();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await closeMongo();
    process.env = before;
    forgetLambdaConfig();
  });

  const handlers = {
    written: () => bindHttpHandler(testBanyan)({ auth: 'none' }, () => Promise.resolve(json(200, { ok: true }))),
    // Its context has more than it uses.
    lifted: () => lift(testBanyan, () => undefined) as HttpHandler,
  };
  const isCold = async (handler: HttpHandler): Promise<boolean> =>
    MARK in ((await handler(gatewayEvent(MALFORMED), LAMBDA_CONTEXT)).headers ?? {});

  it.each(['written', 'lifted'] as const)('of a %s function: the first only, also of several at once', async (kind) => {
    const handler = handlers[kind]();
    expect(await Promise.all([isCold(handler), isCold(handler)])).toEqual([true, false]);
    expect(await isCold(handler)).toBe(false);
    expect(await isCold(handlers[kind]())).toBe(true);
  });

  it.each(['written', 'lifted'] as const)('not on another machine than Lambda’s: %s', async (kind) => {
    delete process.env['AWS_EXECUTION_ENV'];
    forgetLambdaConfig();
    expect(await isCold(handlers[kind]())).toBe(false);
  });
});
