import type { RequestListener } from 'node:http';

import serverlessExpress from '@vendia/serverless-express';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';

import type { BanyanConfig } from '../../shared/config';
import type { Identity } from '../../shared/session/identity';
import { lambdaConfig } from '../config';
import { markColdStart } from '../http/cold-start';
import { createLiftedApp, type MountRouters } from './lifted-app';

/** As API Gateway's Lambda proxy integration calls it: two parameters, because the Node.js 24 runtime refuses a third. */
export type LiftedHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** What API Gateway writes itself, or what concerns one connection. */
const NOT_OURS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

/**
 * Makes a Lambda of the monolith's own routers: API Gateway's event becomes a request of Node, Express answers it, and the
 * answer becomes what the Lambda proxy integration expects, images as base64 (trap 20).
 *
 * @param mount the routers, at the paths at which the monolith mounts them
 */
export function lift<I extends Identity>(banyan: BanyanConfig<I>, mount: MountRouters): LiftedHandler {
  const readEnvironment = () => lambdaConfig(banyan.session);
  const answer = createLiftedApp({
    mount,
    parseIdentity: banyan.identity.parse,
    session: () => readEnvironment().session,
    now: () => new Date(),
  });
  const handler: LiftedHandler = async (event, context) => {
    // One listener for each event: the library's own way to the current event is shared by all invocations of a process.
    const listener: RequestListener = (req, res) => answer(event, req, res);
    const handle = serverlessExpress<APIGatewayProxyEvent, APIGatewayProxyResult>({
      // `handle` is how the library knows Express.
      app: Object.assign(listener, { handle: listener }),
      eventSourceName: 'AWS_API_GATEWAY_V1',
      binarySettings: { contentTypes: ['image/*'] },
      // An error page is Express's own, never a stack.
      respondWithErrors: false,
    });
    const result = await handle(event, context, () => undefined);
    if (result === undefined) throw new TypeError('serverless-express resolved without a response');
    const headers = Object.entries(result.multiValueHeaders ?? {});
    const ours = headers.filter(([name]) => !NOT_OURS.has(name.toLowerCase()));
    return { ...result, multiValueHeaders: Object.fromEntries(ours) };
  };
  return markColdStart(handler, () => readEnvironment().inLambda);
}
