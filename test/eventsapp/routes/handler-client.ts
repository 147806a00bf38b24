import path from 'node:path';
import banyan from '../../../banyan.config';
import type { FixedResponse } from '../../../shared/config';
import { authorize } from '../../../shared/local/gateway/authorizer';
import { proxyEvent } from '../../../shared/local/gateway/event';
import { GatewayError } from '../../../shared/local/gateway/gateway-error';
import { integrationResponse } from '../../../shared/local/gateway/integration-response';
import { identify, parseRequest } from '../../../shared/local/gateway/request';
import { createRouter } from '../../../shared/local/gateway/router';
import { readServerlessFile } from '../../../shared/local/gateway/serverless-file';
import type { LambdaFunction } from '../../../shared/local/functions';
import { groupHeaders, type RouteAnswer, type RouteClient } from './client';

const SERVERLESS_FILE = path.join(__dirname, '../../../serverless.yml');
const STAGE = 'dev';
const ADDRESS = { host: '127.0.0.1', port: 443 };
/** API Gateway waits so long for an authorizer. */
const AUTHORIZER_TIMEOUT_MS = 10_000;

/**
 * Sends requests to the functions in this process, with the events that API Gateway would send: first the route's authorizer, then
 * the function. No socket, and nothing of what a gateway does by itself (its limits, its own answers, HEAD): that is for HTTP.
 */
export function handlerClient(functions: ReadonlyMap<string, LambdaFunction>): RouteClient {
  // Only the routes are of interest: the functions have their environment already.
  const environment = { MONGODB_URI: '-', SESSION_SECRET: '-', REPORT_QUEUE_URL: '-' };
  const api = readServerlessFile({ serverlessFile: SERVERLESS_FILE, stage: STAGE, environment });
  const router = createRouter(api.routes);
  const named = (name: string): LambdaFunction => {
    const found = functions.get(name);
    if (found === undefined) throw new Error(`serverless.yml has no function ${name}`);
    return found;
  };

  return async ({ method, path: target, headers, body }) => {
    const wire = {
      method,
      target: `/${STAGE}${target}`,
      headers: Object.entries(headers),
      body,
      sourceIp: '127.0.0.1',
      httpVersion: '1.1',
    };
    const request = parseRequest(wire, STAGE, identify(wire, Date.now()), ADDRESS);
    const match = router(method, request.path);
    if (match?.route.target.kind !== 'function') throw new Error(`serverless.yml has no ${method} ${target}`);
    const { functionName, authorizer } = match.route.target;
    try {
      const context =
        authorizer &&
        (await authorize({
          definition: authorizer,
          authorizer: named(authorizer.functionName),
          request,
          match,
          region: api.region,
          timeoutMs: AUTHORIZER_TIMEOUT_MS,
          now: Date.now,
        }));
      const { binaryMediaTypes } = api;
      const event = proxyEvent(request, match, { binaryMediaTypes, authorizer: context });
      const outcome = await named(functionName).invoke(event);
      if (!outcome.ok) throw new Error(`${functionName} failed`, { cause: outcome.error });
      const answer = integrationResponse(outcome.payload, { accept: headers['accept'], binaryMediaTypes });
      return { ...answer, headers: groupHeaders(answer.headers) };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return turnedAway(error);
    }
  };
}

/** What lambda/eventsapp/gateway-responses.yml tells API Gateway to say; that it does say so is for HTTP. */
function turnedAway(error: GatewayError): RouteAnswer {
  const { headers: fixed, unauthorized, forbidden, internalError } = banyan.responses;
  const byStatus: Readonly<Record<number, FixedResponse>> = { 401: unauthorized, 403: forbidden, 500: internalError };
  const answer = byStatus[error.statusCode];
  if (answer === undefined) throw error;
  const { statusCode, headers, body } = answer;
  return { statusCode, headers: groupHeaders(Object.entries({ ...fixed, ...headers })), body: Buffer.from(body) };
}
