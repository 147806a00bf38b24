import { urlCharacters } from '../../api-gateway/limits';
import type { Logger } from '../../logger';
import { within } from '../../within';
import { InvocationRefused, type Invocation, type LambdaFunction } from '../functions';
import type { Api, FunctionTarget } from './api';
import { authorize } from './authorizer';
import { compress, decompress } from './compression';
import { proxyEvent, type AuthorizerContext } from './event';
import { GatewayError, noMethod } from './gateway-error';
import { gatewayResponse, type ResponseContext } from './gateway-response';
import { lastHeader, type HeaderList } from './header-list';
import { ACCOUNT_ID, API_ID, methodArn } from './identifiers';
import { integrationResponse, type Answer } from './integration-response';
import type { Limits } from './limits';
import { preflightHeaders } from './preflight';
import {
  identify,
  parseRequest,
  type Address,
  type GatewayRequest,
  type RequestIds,
  type WireRequest,
} from './request';
import type { RouteMatch, Router } from './router';

export interface GatewayOptions {
  readonly api: Api;
  readonly router: Router;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly limits: Limits;
  readonly address: () => Address;
  readonly now: () => number;
  readonly logger: Logger;
}

/** What is known of a request so far; error responses refer to it. */
interface Progress {
  readonly ids: RequestIds;
  readonly wire: WireRequest;
  request?: GatewayRequest;
  match?: RouteMatch;
  authorizer?: AuthorizerContext;
}

/** Everything between a request that was read and its answer; knows nothing of sockets. The returned function never rejects. */
export function createGateway(options: GatewayOptions): (wire: WireRequest) => Promise<Answer> {
  const { api, limits, logger, now } = options;
  return async (wire) => {
    const progress: Progress = { ids: identify(wire, now()), wire };
    try {
      const answer = await respond(options, progress);
      return compress(answer, lastHeader(wire.headers, 'accept-encoding'), api.minimumCompressionSize);
    } catch (error) {
      const known = error instanceof GatewayError ? error : new GatewayError('apiConfiguration', error);
      report(logger, known, progress);
      const answer = gatewayResponse(known, api.gatewayResponses, responseContext(progress));
      return { ...answer, headers: [...answer.headers, ...requestIdHeaders(progress.ids)] };
    }
  };

  async function respond({ router, address }: GatewayOptions, progress: Progress): Promise<Answer> {
    const { ids, wire } = progress;
    const host = lastHeader(wire.headers, 'host') ?? '';
    if (urlCharacters(host, wire.target) > limits.urlCharacters) throw new GatewayError('uriTooLong');
    const readable = decompress(wire, api.minimumCompressionSize, limits.requestBodyBytes);
    const request = (progress.request = parseRequest(readable, api.stage, ids, address()));
    const arn = methodArn({ ...request, region: api.region });
    const isArnTooLong = Buffer.byteLength(arn) > limits.methodArnBytes;
    if (isArnTooLong && api.hasResourcePolicy) throw new GatewayError('uriTooLong');
    const match = router(request.method, request.path);
    if (!match) throw noMethod(lastHeader(wire.headers, 'authorization'));
    progress.match = match;
    const { target } = match.route;
    if (target.kind === 'preflight') {
      const headers = Object.entries(preflightHeaders(target, lastHeader(wire.headers, 'origin')));
      return {
        statusCode: 200,
        headers: [['Content-Type', 'application/json'], ...requestIdHeaders(ids), ...headers],
        body: Buffer.alloc(0),
      };
    }
    if (isArnTooLong && target.authorizer) throw new GatewayError('uriTooLong');
    const authorizer = await checkAuthorizer(target, request, match);
    if (authorizer) progress.authorizer = authorizer;
    const answer = await integrate(target, request, match, authorizer);
    const trace: HeaderList = [['X-Amzn-Trace-Id', `Root=${ids.traceRoot}`]];
    return { ...answer, headers: [...answer.headers, ...requestIdHeaders(ids), ...trace] };
  }

  async function checkAuthorizer(
    { authorizer: definition }: FunctionTarget,
    request: GatewayRequest,
    match: RouteMatch,
  ): Promise<AuthorizerContext | undefined> {
    if (!definition) return undefined;
    const authorizer = functionNamed(definition.functionName);
    return authorize({
      ...{ definition, authorizer, request, match, now },
      ...{ region: api.region, timeoutMs: limits.authorizerTimeoutMs },
    });
  }

  async function integrate(
    target: FunctionTarget,
    request: GatewayRequest,
    match: RouteMatch,
    authorizer: AuthorizerContext | undefined,
  ): Promise<Answer> {
    const { binaryMediaTypes } = api;
    const event = proxyEvent(request, match, { binaryMediaTypes, authorizer });
    const invocation = await within(
      invoke(functionNamed(target.functionName), event),
      limits.integrationTimeoutMs,
      () => undefined,
    );
    if (!invocation) throw new GatewayError('integrationTimeout');
    if (!invocation.ok) throw new GatewayError('functionFailed', invocation.error);
    return integrationResponse(invocation.payload, { accept: lastHeader(request.headers, 'accept'), binaryMediaTypes });
  }

  async function invoke(target: LambdaFunction, event: object): Promise<Invocation> {
    try {
      return await target.invoke(event);
    } catch (error) {
      if (error instanceof InvocationRefused) throw new GatewayError('requestTooLong', error);
      throw error;
    }
  }

  function functionNamed(name: string): LambdaFunction {
    const found = options.functions.get(name);
    if (!found) throw new GatewayError('apiConfiguration', `there is no function ${name}`);
    return found;
  }
}

function requestIdHeaders({ requestId, extendedRequestId }: RequestIds): HeaderList {
  return [
    ['x-amzn-RequestId', requestId],
    ['x-amz-apigw-id', extendedRequestId],
  ];
}

/** The method and resource, never the path, the query or a header: those may hold what a log must not. */
function report(logger: Logger, error: GatewayError, { ids, wire, match }: Progress): void {
  const fields = {
    requestId: ids.requestId,
    method: wire.method,
    resource: match?.route.path,
    type: error.type,
    status: error.statusCode,
    ...(error.statusCode >= 500 ? describe(error.cause) : {}),
  };
  if (error.statusCode >= 500) logger.error(fields, `${error.type} ${error.statusCode}`);
  else logger.debug(fields, `${error.type} ${error.statusCode}`);
}

function describe(cause: unknown): object {
  if (cause instanceof Error) return { err: cause };
  if (typeof cause !== 'object' || cause === null) return { reason: cause };
  const thrown: unknown = Reflect.get(cause, 'cause');
  return thrown instanceof Error ? { err: thrown } : { reason: cause };
}

function responseContext({ ids, wire, request, match, authorizer }: Progress): ResponseContext {
  const pairs: [string, string | undefined][] = [
    ['requestId', ids.requestId],
    ['extendedRequestId', ids.extendedRequestId],
    ['requestTimeEpoch', String(ids.time)],
    ['accountId', ACCOUNT_ID],
    ['apiId', API_ID],
    ['httpMethod', request?.method ?? wire.method],
    ['identity.sourceIp', wire.sourceIp],
    ['identity.userAgent', lastHeader(wire.headers, 'user-agent')],
    ['path', request?.stagedPath],
    ['protocol', request?.protocol],
    ['domainName', request?.domainName],
    ['stage', request?.stage],
    ['resourcePath', match?.route.path],
    ...Object.entries(authorizer ?? {}).map(([name, value]): [string, string] => [`authorizer.${name}`, String(value)]),
  ];
  return {
    variables: new Map(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))),
    headers: request?.headers ?? wire.headers,
    query: request?.query ?? new Map(),
    pathParameters: match?.pathParameters ?? {},
  };
}
