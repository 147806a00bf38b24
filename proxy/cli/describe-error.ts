import { MongoError, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { BanyanError, ConfigError } from '../../shared/errors';

export interface DescribedError {
  readonly code: string;
  readonly lines: readonly string[];
}

/** What went wrong and what to do, a line per fault. Texts of unknown and driver errors may hold a session id or password: not shown. */
export function describeError(error: unknown): DescribedError {
  if (error instanceof ConfigError) return { code: error.code, lines: error.faults };
  if (error instanceof BanyanError) return { code: error.code, lines: error.message.split('\n') };
  // The parser of connection strings has an error class of its own, of the same name as the driver's.
  if (error instanceof MongoError || (error instanceof Error && error.name === 'MongoParseError'))
    return describeMongoError(error);
  // Names of mongodb+srv are looked up before the driver has a connection to fail.
  if (error instanceof Error && 'syscall' in error && /^query/.test(String(error.syscall)))
    return describeMongoError(new MongoNetworkError(error.message));
  const name = error instanceof Error ? error.name : typeof error;
  return {
    code: 'unexpected',
    lines: [`unexpected ${name}; this is a bug in banyan or in a hook in banyan.config.ts`],
  };
}

function describeMongoError(error: Error): DescribedError {
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError)
    return {
      code: 'database_unreachable',
      lines: [
        `MongoDB cannot be reached (${error.message}); check MONGODB_URI and the network; if MongoDB is only slow, add serverSelectionTimeoutMS=10000 to MONGODB_URI`,
      ],
    };
  if (error instanceof MongoServerError) {
    const codeName: unknown = error['codeName'];
    const name = typeof codeName === 'string' ? codeName : `code ${String(error.code)}`;
    return {
      code: 'database_refused',
      lines: [`MongoDB refused with ${name}; check the user, its permissions and authSource in MONGODB_URI`],
    };
  }
  return {
    code: 'database_unusable',
    lines: [`MongoDB cannot be used (${error.name}); check that MONGODB_URI is a connection string`],
  };
}
