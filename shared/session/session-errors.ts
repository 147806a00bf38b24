import { BanyanError } from '../errors';

/** The store holds what the configured format does not describe or decrypt: the configuration is at fault, so 500. Never content. */
export class SessionFormatError extends BanyanError {
  override readonly name = 'SessionFormatError';

  constructor(message: string) {
    super(message, { code: 'session_format_mismatch' });
  }
}

/** One record is broken. 500 as on the monolith: 401 would hide a writer or hook that breaks every record. */
export class SessionRecordError extends BanyanError {
  override readonly name = 'SessionRecordError';

  constructor(message: string) {
    super(message, { code: 'session_record_unreadable' });
  }
}
