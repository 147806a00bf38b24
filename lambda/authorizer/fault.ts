import { BanyanError } from '../../shared/errors';
import { UNAUTHORIZED } from './policy';

// Their messages name hosts and system errors. Those of other database errors may quote the query, and so a session id.
const SPEAKING = new Set(['MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoServerSelectionError']);

/** What may be logged of an error that ended a request: never text that could hold a token, an id or a secret. */
export function describeFault(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name } = error;
  const code = 'code' in error ? error.code : undefined;
  const codeName = 'codeName' in error ? error.codeName : undefined;
  const message = error instanceof BanyanError || SPEAKING.has(name) ? error.message : undefined;
  return { name, code, codeName, message };
}

/** What the runtime may print: ours as they are, of others only that they happened. Never what API Gateway takes for a refusal. */
export function presentableError(error: unknown): Error {
  if (error instanceof BanyanError && error.message !== UNAUTHORIZED) return error;
  return new BanyanError('The request could not be authenticated', { code: 'authentication_failed' });
}
