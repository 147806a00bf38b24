import { parseJson } from '../../shared/session/parse-json';
import { INVALID_INPUT } from './invalid-input';
import { VpcFunctionError, VpcInputError, VpcPayloadTooLargeError, VpcTimeoutError, type VpcCallError } from './errors';

interface ErrorDocument {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** What a `FunctionError` means; also a timeout or an answer over the limit (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html). */
export function functionFault(functionName: string, payload: string): VpcCallError {
  const document = readDocument(payload);
  const { errorType, errorMessage } = document;
  const cause = new RemoteError(document);
  const details = { functionName, cause };
  if (errorType === INVALID_INPUT) return new VpcInputError(details);
  if (errorType === 'Function.ResponseSizeTooLarge') return new VpcPayloadTooLargeError('output', details);
  // Older runtimes and some error documents name no type; the sentence has been the same for years.
  if (errorType === 'Sandbox.Timedout' || /Task timed out after [\d.]+ seconds/.test(errorMessage)) {
    return new VpcTimeoutError('the function', details);
  }
  return new VpcFunctionError(errorType, details);
}

class RemoteError extends Error {
  override readonly name: string;

  constructor({ errorType, errorMessage, trace }: ErrorDocument) {
    super(errorMessage);
    this.name = errorType;
    if (trace.length > 0) this.stack = trace.join('\n');
  }
}

function readDocument(payload: string): ErrorDocument {
  const value = parseJson(payload);
  const field = (name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const [errorType, errorMessage, trace] = [field('errorType'), field('errorMessage'), field('trace')];
  return {
    errorType: typeof errorType === 'string' ? errorType : 'Error',
    errorMessage: typeof errorMessage === 'string' ? errorMessage : 'no message',
    trace: Array.isArray(trace) ? trace.filter((line) => typeof line === 'string') : [],
  };
}
