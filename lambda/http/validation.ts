import { BanyanError } from '../../shared/errors';

/** A request that breaks its contract: one message per field, under the names the client used. */
export class ValidationError extends BanyanError {
  override readonly name = 'ValidationError';
  readonly fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    super('Validation failed', { code: 'validation_failed', statusCode: 400 });
    this.fields = fields;
  }
}

/** Collects the faults of a request, so that the client hears of all of them at once. */
export class FieldFaults {
  private readonly fields: Record<string, string> = {};

  /** Notes a fault and returns a placeholder that is never seen, because {@link throwIfAny} comes first. */
  add<T>(field: string, message: string, placeholder: T): T {
    this.fields[field] = message;
    return placeholder;
  }

  /** @throws ValidationError with the faults in the order in which they were noted */
  throwIfAny(): void {
    if (Object.keys(this.fields).length > 0) throw new ValidationError(this.fields);
  }
}

/** The fields of a body or a part of it; none for anything that is not an object with named fields. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isFields(value) ? value : {};
}

/** An object with named fields: no list, no null. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text of at most so many UTF-16 units. */
export function isTextUpTo(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength;
}
