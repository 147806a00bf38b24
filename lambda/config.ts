import banyan from '../banyan.config';
import { readEnvironment, type Environment } from '../shared/env';
import { ConfigError } from '../shared/errors';
import { LOG_LEVELS, type LogLevel } from '../shared/logger';
import { resolveSession, type ResolvedSession } from '../shared/session/session-config';

/** What every function that answers requests, or says who asks, reads from its environment. */
export interface LambdaConfig {
  readonly logLevel: LogLevel;
  readonly session: ResolvedSession;
  /** True in AWS, where an instance serves its first request more slowly than the others. */
  readonly inLambda: boolean;
}

/**
 * Reads an environment.
 *
 * @throws ConfigError naming every bad variable at once, never a secret
 */
export function readLambdaConfig(env: Environment): LambdaConfig {
  return readEnvironment(env, (reader) => ({
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    session: sessionOrFaults(env, reader.faults),
    inLambda: env['AWS_EXECUTION_ENV'] !== undefined,
  }));
}

function sessionOrFaults(env: Environment, faults: string[]): ResolvedSession {
  try {
    return resolveSession(banyan.session, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return { ...banyan.session, secrets: [] };
  }
}

/** What every function in the VPC reads; the others are not given it. */
export interface DatabaseConfig {
  readonly mongodbUri: string;
}

/**
 * Reads an environment.
 *
 * @throws ConfigError when it names no database
 */
export function readDatabaseConfig(env: Environment): DatabaseConfig {
  return readEnvironment(env, (reader) => ({ mongodbUri: reader.mongodbUri('MONGODB_URI') }));
}

let config: LambdaConfig | undefined;
let database: DatabaseConfig | undefined;

/**
 * This instance's configuration, read at the first use rather than at load: functions that share a process (the local
 * gateway, tests) are loaded before their environment is set.
 *
 * @throws ConfigError at every call until the environment is good
 */
export function lambdaConfig(): LambdaConfig {
  config ??= readLambdaConfig(process.env);
  return config;
}

/**
 * The same for the database: functions without a session to renew have this alone.
 *
 * @throws ConfigError at every call until the environment is good
 */
export function databaseConfig(): DatabaseConfig {
  database ??= readDatabaseConfig(process.env);
  return database;
}

/** Lets the next use read the environment again: for tests and for a local gateway that starts anew in one process. */
export function forgetLambdaConfig(): void {
  config = undefined;
  database = undefined;
}
