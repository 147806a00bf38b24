import { BanyanError } from '../errors';

/**
 * The store holds a record that the configured format does not describe, or that cannot be decrypted. The configuration
 * is at fault, so requests fail with 500, as the monolith's would. Names formats, never content.
 */
export class SessionFormatError extends BanyanError {
  override readonly name = 'SessionFormatError';

  constructor(message: string) {
    super(message, { code: 'session_format_mismatch' });
  }
}

/**
 * One record is broken (text that was cut off, no usable `cookie`). The monolith answers 500 to it, and so does this: 401 would
 * hide a writer or a hook that breaks every record.
 */
export class SessionRecordError extends BanyanError {
  override readonly name = 'SessionRecordError';

  constructor(message: string) {
    super(message, { code: 'session_record_unreadable' });
  }
}
