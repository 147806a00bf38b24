import type { APIGatewayProxyEvent } from 'aws-lambda';

import { BanyanError } from '../../shared/errors';
import type { Identity, IdentityParser } from '../../shared/session/identity';

type AuthorizerContext = APIGatewayProxyEvent['requestContext']['authorizer'];

/** Whom a function is called for, by its `auth`, which must be the route table's and fit the authorizer in serverless.yml. */
export interface Callers<I extends Identity = Identity> {
  /** Others get the monolith's 401. */
  readonly required: I;
  /** Undefined: anonymous. */
  readonly optional: I | undefined;
  /** Open to all; no identity is read. */
  readonly none: undefined;
}

/** Whether a function needs a caller: `required`, `optional` or `none`. */
export type Auth = keyof Callers;

/** Whom a function lets in: what the monolith's access check in front of the same route does. */
export interface Access<A extends Auth> {
  readonly auth: A;
  /** Names of the authenticators whose word counts here; for others the caller is anonymous. Default: the session. */
  readonly accepts?: readonly string[];
}

/** An identity is required, and there is none. */
export class NotAuthenticatedError extends BanyanError {
  constructor() {
    super('The request is not authenticated', { code: 'not_authenticated', statusCode: 401 });
  }
}

type Admit = { readonly [A in Auth]: <I extends Identity>(identity: () => I | undefined) => Callers<I>[A] };

const ADMIT: Admit = {
  required: (identity) => {
    const caller = identity();
    if (caller === undefined) throw new NotAuthenticatedError();
    return caller;
  },
  optional: (identity) => identity(),
  none: () => undefined,
};

/**
 * Reads from the authorizer's context, whose values API Gateway delivers as strings, whom a request acts for.
 * @throws NotAuthenticatedError when an identity is required and there is none, or only one that other functions accept
 * @throws BanyanError 500 `authorizer_context_invalid`: the fault is in the deployment, never the client's
 */
export function readCaller<A extends Auth, I extends Identity>(
  context: AuthorizerContext,
  { auth, accepts = ['session'] }: Access<A>,
  parse: IdentityParser<I>,
): Callers<I>[A] {
  return ADMIT[auth](() => readIdentity(context, accepts, parse));
}

function readIdentity<I extends Identity>(
  context: AuthorizerContext,
  accepts: readonly string[],
  parse: IdentityParser<I>,
): I | undefined {
  const text = (name: string): string => {
    const value: unknown = context?.[name];
    if (typeof value === 'string') return value;
    throw invalid(`${name} is missing`);
  };
  if (!accepts.includes(text('authenticatedBy'))) return undefined;
  const identity = parse(parseJson(text('identity'), 'identity'));
  if (identity === undefined) throw invalid('identity is not what identity.parse of banyan.config.ts expects');
  return identity;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`${name} is not JSON`, cause);
  }
}

function invalid(what: string, cause?: unknown): BanyanError {
  return new BanyanError(`Authorizer context: ${what}`, { code: 'authorizer_context_invalid', cause });
}
