import { BanyanError } from '../../shared/errors';

interface VpcErrorDetails {
  readonly functionName: string;
  readonly cause?: unknown;
}

/** A call across the VPC boundary without a result. Clients hear nothing of it, so all are 500. */
export abstract class VpcCallError extends BanyanError {
  readonly functionName: string;

  protected constructor(message: string, code: string, { functionName, cause }: VpcErrorDetails) {
    super(`${functionName}: ${message}`, { code, cause });
    this.functionName = functionName;
  }
}

/** The function ran and threw, or its process ended. `cause` is what it threw, by name, message and trace. Never retried. */
export class VpcFunctionError extends VpcCallError {
  override readonly name = 'VpcFunctionError';
  constructor(errorType: string, details: VpcErrorDetails) {
    super(`the function failed with ${errorType}`, 'vpc_function_failed', details);
  }
}

/** Lambda ended the function at its timeout, or the caller's own time ran out. The function may have done its work. Never retried. */
export class VpcTimeoutError extends VpcCallError {
  override readonly name = 'VpcTimeoutError';
  constructor(whose: 'the function' | 'the caller', details: VpcErrorDetails) {
    super(`${whose} ran out of time`, 'vpc_timeout', details);
  }
}

/** Lambda refused the call for want of concurrency or rate, as often as it was tried. The function did not run. */
export class VpcThrottledError extends VpcCallError {
  override readonly name = 'VpcThrottledError';
  constructor(attempts: number, details: VpcErrorDetails) {
    super(`throttled ${attempts} times`, 'vpc_throttled', details);
  }
}

/** Lambda could not be reached, or failed itself, as often as it was tried. The function may have run. */
export class VpcUnavailableError extends VpcCallError {
  override readonly name = 'VpcUnavailableError';
  constructor(attempts: number, details: VpcErrorDetails) {
    super(`Lambda could not be reached in ${attempts} attempts`, 'vpc_unavailable', details);
  }
}

/** Lambda refused the call for a reason that a retry does not change: no such function, no permission. */
export class VpcRefusedError extends VpcCallError {
  override readonly name = 'VpcRefusedError';
  constructor(reason: string, details: VpcErrorDetails) {
    super(`Lambda refused the call: ${reason}`, 'vpc_refused', details);
  }
}

/** The input does not fit the definition: found before the call, or inside by a function of another version. */
export class VpcInputError extends VpcCallError {
  override readonly name = 'VpcInputError';
  constructor(details: VpcErrorDetails) {
    super('the input does not match its schema', 'vpc_input_invalid', details);
  }
}

/** The function answered something else than its definition says. */
export class VpcOutputError extends VpcCallError {
  override readonly name = 'VpcOutputError';
  constructor(details: VpcErrorDetails) {
    super('the answer does not match its schema', 'vpc_output_invalid', details);
  }
}

/** Over Lambda's 6 MB for a synchronous call. */
export class VpcPayloadTooLargeError extends VpcCallError {
  override readonly name = 'VpcPayloadTooLargeError';
  readonly direction: 'input' | 'output';
  constructor(direction: 'input' | 'output', details: VpcErrorDetails) {
    super(`the ${direction} is over Lambda's limit of 6 MB`, 'vpc_payload_too_large', details);
    this.direction = direction;
  }
}

/** The function is not on the client's list of functions. The types refuse this too; IAM is the third lock. */
export class VpcNotAllowedError extends VpcCallError {
  override readonly name = 'VpcNotAllowedError';
  constructor(details: VpcErrorDetails) {
    super('not on the list of allowed functions', 'vpc_not_allowed', details);
  }
}
