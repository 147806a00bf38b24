import type { BanyanConfig } from '../../shared/config';
import { createLogger } from '../../shared/logger';
import type { Identity } from '../../shared/session/identity';
import { lambdaConfig } from '../config';
import { markColdStart } from './cold-start';
import { createHttpHandler, type HttpHandler, type Respond } from './create-http-handler';
import type { Access, Auth, Callers } from './identity';

/** Makes the handlers of one application. */
export interface HttpHandlers<I extends Identity> {
  /** For users with a session; everyone else gets the monolith's 401. */
  (respond: Respond<I>): HttpHandler;
  <A extends Auth>(access: Access<A>, respond: Respond<Callers<I>[A]>): HttpHandler;
}

/** Binds the wrapper around every function to a configuration. A bad environment fails the function as a whole: the gateway sends the 500 page. */
export function bindHttpHandler<I extends Identity>(banyan: BanyanConfig<I>): HttpHandlers<I> {
  const { headers, unauthorized, internalError } = banyan.responses;
  const readEnvironment = () => lambdaConfig(banyan.session);

  const handlerFor = <A extends Auth>(access: Access<A>, respond: Respond<Callers<I>[A]>): HttpHandler => {
    const handler: HttpHandler = async (event, context) => {
      const { session, logLevel } = readEnvironment();
      const logger = createLogger({ level: logLevel, base: { function: context.functionName } });
      const parseIdentity = banyan.identity.parse;
      const deps = { headers, unauthorized, internalError, parseIdentity, session, logger, now: () => new Date() };
      return createHttpHandler(deps)(access, respond)(event, context);
    };
    return markColdStart(handler, () => readEnvironment().inLambda);
  };
  return <A extends Auth>(
    ...given: [respond: Respond<I>] | [access: Access<A>, respond: Respond<Callers<I>[A]>]
  ): HttpHandler => (given.length === 1 ? handlerFor({ auth: 'required' }, given[0]) : handlerFor(...given));
}
