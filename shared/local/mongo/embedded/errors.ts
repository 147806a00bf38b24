/** The server error codes this server answers with, as in MongoDB's `error_codes.yml`. */
export const ERROR_CODES = {
  InternalError: 1,
  BadValue: 2,
  NoSuchKey: 4,
  FailedToParse: 9,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  CommandNotSupported: 115,
  CannotIndexParallelArrays: 171,
  InvalidIndexSpecificationOption: 197,
  BSONObjectTooLarge: 10_334,
  DuplicateKey: 11_000,
  InvalidNamespaceOperation: 17_419,
} as const;

/** A reply with `ok: 0`. `code` is a name from {@link ERROR_CODES} or one of the numbers that MongoDB gives to single assertions. */
export class MongoServerFault extends Error {
  override readonly name = 'MongoServerFault';
  readonly code: number;
  readonly codeName: string;

  constructor(code: keyof typeof ERROR_CODES | number, message: string) {
    super(message);
    this.code = typeof code === 'number' ? code : ERROR_CODES[code];
    this.codeName = typeof code === 'number' ? `Location${code}` : code;
  }
}

/** MongoDB stores such names since 5.0, but keeps them from most operators; see `core/dot-dollar-considerations/` of the manual. */
export const dollarPrefixed = (name: string): MongoServerFault =>
  notSupported(`the $-prefixed field name ${JSON.stringify(name)}`);

/** What MongoDB can do and this server cannot. Refused by name, because a silently wrong result costs more than a failed call. */
export function notSupported(what: string): MongoServerFault {
  return new MongoServerFault(
    'CommandNotSupported',
    `${what} is not supported by the embedded MongoDB, which is for development and tests; ` +
      'set MONGODB_URI or put a mongod on PATH to use a real one',
  );
}
