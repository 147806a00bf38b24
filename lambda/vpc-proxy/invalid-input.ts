import { BanyanError } from '../../shared/errors';

/** Lambda names an error to the caller by `name` alone; by this one the caller knows its input again. */
export const INVALID_INPUT = 'VpcInvalidInput';

/** The function inside the VPC was called with something else than its definition says. */
export class InvalidInput extends BanyanError {
  override readonly name = INVALID_INPUT;

  constructor(functionName: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Input of ${functionName}: ${reason}`, { code: 'vpc_input_invalid', cause });
  }
}
