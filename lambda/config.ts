import { readEnvironment, type Environment } from '../shared/env';
import { ConfigError } from '../shared/errors';
import { LOG_LEVELS, type LogLevel } from '../shared/logger';
import { resolveSession, type ResolvedSession, type SessionConfig } from '../shared/session/session-config';

/** What every function that answers requests, or says who asks, reads from its environment. */
export interface LambdaConfig {
  readonly logLevel: LogLevel;
  readonly session: ResolvedSession;
  /** True in AWS, where an instance serves its first request more slowly than the others. */
  readonly inLambda: boolean;
}

/** Reads an environment. Throws ConfigError naming every bad variable at once, never a secret. */
export function readLambdaConfig(session: SessionConfig, env: Environment): LambdaConfig {
  return readEnvironment(env, (reader) => ({
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    session: sessionOrFaults(session, env, reader.faults),
    inLambda: env['AWS_EXECUTION_ENV'] !== undefined,
  }));
}

function sessionOrFaults(session: SessionConfig, env: Environment, faults: string[]): ResolvedSession {
  try {
    return resolveSession(session, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return { ...session, secrets: [] };
  }
}

/** What a lifted app's function reads; the app reads its own. */
export interface LiftedConfig {
  /** The folder of serverless.yml: the root of the zip in Lambda, the working directory elsewhere. */
  readonly root: string;
  readonly inLambda: boolean;
}

let lifted: LiftedConfig | undefined;

/** Read once, because the app may change the working directory. */
export function liftedConfig(): LiftedConfig {
  lifted ??= {
    root: process.env['LAMBDA_TASK_ROOT'] ?? process.cwd(),
    inLambda: process.env['AWS_EXECUTION_ENV'] !== undefined,
  };
  return lifted;
}

/** What every function in the VPC reads; the others are not given it. */
export interface DatabaseConfig {
  readonly mongodbUri: string;
}

/** Reads an environment. Throws ConfigError when it names no database. */
export function readDatabaseConfig(env: Environment): DatabaseConfig {
  return readEnvironment(env, (reader) => ({ mongodbUri: reader.mongodbUri('MONGODB_URI') }));
}

let current: { readonly session: SessionConfig; readonly config: LambdaConfig } | undefined;
let database: DatabaseConfig | undefined;

/** This instance's configuration, read at the first use: functions that share a process are loaded before their environment is set. Throws ConfigError. */
export function lambdaConfig(session: SessionConfig): LambdaConfig {
  if (current?.session !== session) current = { session, config: readLambdaConfig(session, process.env) };
  return current.config;
}

/** The same for functions without a session to renew. Throws ConfigError at every call until the environment is good. */
export function databaseConfig(): DatabaseConfig {
  database ??= readDatabaseConfig(process.env);
  return database;
}

/** Lets the next use read the environment again: for tests and for a local gateway that restarts in one process. */
export function forgetLambdaConfig(): void {
  current = undefined;
  database = undefined;
}
