import banyan from '../banyan.config';
import { createLogger } from '../shared/logger';
import { lambdaConfig } from './config';
import { createHttpHandler, type HttpHandler, type Respond } from './http/create-http-handler';

export { notFound } from './http/errors';
export { json, noContent } from './http/response';

/**
 * Wraps what is particular to a function with what every answer needs: see lambda/http/.
 *
 * The configuration is read at the first invocation. If it is bad the function fails as a whole: API Gateway then sends the
 * monolith's 500 page, and Lambda's error metric shows that it is the deployment's fault.
 */
export function httpHandler(respond: Respond): HttpHandler {
  return async (event, context) => {
    const { session, logLevel } = lambdaConfig();
    const { headers, internalError } = banyan.responses;
    const logger = createLogger({ level: logLevel, base: { function: context.functionName } });
    const handle = createHttpHandler({ headers, internalError, session, logger, now: () => new Date() });
    return handle(respond)(event, context);
  };
}
