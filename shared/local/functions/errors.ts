import { BanyanError } from '../../errors';

/** A function that cannot be initialised. `code` is Lambda's own error type, such as `Runtime.HandlerNotFound`. */
export class FunctionInitError extends BanyanError {
  override readonly name = 'FunctionInitError';
}

/** An invocation that the Lambda service refuses before the function runs. `code` is the service's exception name. */
export class InvocationRefused extends BanyanError {
  override readonly name = 'InvocationRefused';
}
