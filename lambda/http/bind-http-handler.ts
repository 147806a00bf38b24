import banyan from '../../banyan.config';
import { createLogger } from '../../shared/logger';
import { lambdaConfig } from '../config';
import { markColdStart } from './cold-start';
import { createHttpHandler, type HttpHandler, type Respond } from './create-http-handler';
import type { Access, Auth, Callers } from './identity';

export { notFound } from './errors';
export { json, noContent } from './response';

/**
 * Wraps what is particular to a function with what every answer needs: see lambda/http/. Without `access` it is called for
 * users with a session; everybody else gets the monolith's 401.
 *
 * The configuration is read at the first invocation. If it is bad the function fails as a whole: API Gateway then sends the
 * monolith's 500 page, and Lambda's error metric shows that it is the deployment's fault.
 */
export function httpHandler(respond: Respond): HttpHandler;
export function httpHandler<A extends Auth>(access: Access<A>, respond: Respond<Callers[A]>): HttpHandler;
export function httpHandler<A extends Auth>(
  ...given: [respond: Respond] | [access: Access<A>, respond: Respond<Callers[A]>]
): HttpHandler {
  return given.length === 1 ? deployed({ auth: 'required' }, given[0]) : deployed(...given);
}

function deployed<A extends Auth>(access: Access<A>, respond: Respond<Callers[A]>): HttpHandler {
  const handler: HttpHandler = async (event, context) => {
    const { session, logLevel } = lambdaConfig();
    const { headers, unauthorized, internalError } = banyan.responses;
    const logger = createLogger({ level: logLevel, base: { function: context.functionName } });
    const wrap = createHttpHandler({
      headers,
      unauthorized,
      internalError,
      session,
      logger,
      now: () => new Date(),
    });
    return wrap(access, respond)(event, context);
  };
  return markColdStart(handler, () => lambdaConfig().inLambda);
}
