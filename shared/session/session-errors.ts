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
 * One record is broken (not JSON, no `cookie`). The monolith answers 500; here it is 401 and counted, because the client
 * can mend it by logging in and an operator cannot.
 */
export class SessionRecordError extends BanyanError {
  override readonly name = 'SessionRecordError';

  constructor(message: string) {
    super(message, { code: 'session_record_unreadable', statusCode: 401 });
  }
}
