import { z } from 'zod';
import { within } from '../../within';
import type { LambdaFunction } from '../functions';
import type { AuthorizerDefinition, IdentitySource } from './api';
import { authorizerEvent, type AuthorizerContext } from './event';
import { GatewayError } from './gateway-error';
import { lastHeader } from './header-list';
import { evaluatePolicy, PolicyError } from './policy';
import type { GatewayRequest } from './request';
import type { RouteMatch } from './router';

interface AuthorizeOptions {
  readonly definition: AuthorizerDefinition;
  readonly authorizer: LambdaFunction;
  readonly request: GatewayRequest;
  readonly match: RouteMatch;
  readonly region: string;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** The error message that API Gateway turns into 401. Any other makes 500. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Calls an authorizer of type REQUEST and returns what the function behind it gets to see.
 * @throws GatewayError 401, 403 or 500
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export async function authorize(options: AuthorizeOptions): Promise<AuthorizerContext> {
  const { definition, authorizer, request, match, region, timeoutMs, now } = options;
  if (!definition.identitySources.every((source) => isPresent(source, request))) {
    throw new GatewayError('unauthorized', 'an identity source is missing; the authorizer was not called');
  }
  const event = authorizerEvent(request, match, region);
  const started = now();
  const invocation = await within(authorizer.invoke(event), timeoutMs, () => undefined);
  if (invocation === undefined) throw new GatewayError('authorizerFailure', `no answer within ${timeoutMs} ms`);
  if (!invocation.ok) {
    const { error } = invocation;
    throw error.errorMessage === UNAUTHORIZED
      ? new GatewayError('unauthorized')
      : new GatewayError('authorizerFailure', error);
  }
  const result = resultSchema.safeParse(JSON.parse(invocation.payload));
  if (!result.success) throw new GatewayError('authorizerConfiguration', z.prettifyError(result.error));
  const { principalId, policyDocument, context } = result.data;
  const decision = decide(policyDocument, event.methodArn);
  if (decision !== 'allow') throw new GatewayError(decision === 'explicit-deny' ? 'deniedExplicitly' : 'denied');
  return { ...context, principalId, integrationLatency: now() - started };
}

/** Null and empty count as missing; so says AWS of its 401s. */
function isPresent({ location, name }: IdentitySource, request: GatewayRequest): boolean {
  const value = location === 'header' ? lastHeader(request.headers, name) : request.query.get(name)?.at(-1);
  return value !== undefined && value !== '';
}

function decide(policyDocument: unknown, methodArn: string): ReturnType<typeof evaluatePolicy> {
  try {
    return evaluatePolicy(policyDocument, methodArn);
  } catch (error) {
    if (error instanceof PolicyError) throw new GatewayError('authorizerConfiguration', error);
    throw error;
  }
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const resultSchema = z.object({
  principalId: z.string().min(1),
  policyDocument: z.unknown(),
  // Values become texts. Objects and lists are refused by API Gateway; null is refused here, since its fate is not documented.
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).nullish(),
});
