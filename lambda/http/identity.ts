import type { APIGatewayProxyEvent } from 'aws-lambda';

import { BanyanError } from '../../shared/errors';
import type { Identity } from '../../shared/session/identity';

type AuthorizerContext = APIGatewayProxyEvent['requestContext']['authorizer'];

/**
 * Reads the authorizer's context, whose values API Gateway delivers as strings.
 *
 * @throws BanyanError 500 `authorizer_context_invalid`: the fault is in the deployment, never the client's
 */
export function readIdentity(context: AuthorizerContext): Identity {
  const text = (name: string): string => {
    const value: unknown = context?.[name];
    if (typeof value === 'string') return value;
    throw invalid(`${name} is missing`);
  };
  return {
    userId: text('userId'),
    customerAccountId: text('customerAccountId'),
    fullName: text('fullName'),
    roles: parseRoles(text('roles')),
  };
}

function parseRoles(text: string): readonly string[] {
  const roles = parseJson(text, 'roles');
  if (Array.isArray(roles) && roles.every((role): role is string => typeof role === 'string')) return roles;
  throw invalid('roles is not a list of strings');
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
