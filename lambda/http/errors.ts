import { BanyanError } from '../../shared/errors';
import { ValidationError } from './validation';
import { json, type HttpResponse } from './response';

/** The answer to an error below 500: its message in the monolith's JSON shape. Undefined for all others. */
export function clientErrorResponse(error: unknown): HttpResponse | undefined {
  if (error instanceof ValidationError) return json(400, { error: error.message, fields: error.fields });
  if (error instanceof BanyanError && error.statusCode < 500) return json(error.statusCode, { error: error.message });
  return undefined;
}

/** For throwing: 404 with this message. */
export function notFound(message: string): BanyanError {
  return new BanyanError(message, { code: 'not_found', statusCode: 404 });
}

/** For throwing: 409 with this message. */
export function conflict(message: string): BanyanError {
  return new BanyanError(message, { code: 'conflict', statusCode: 409 });
}
