import banyan from '../banyan.config';
import { readEnvironment, type Environment } from '../shared/env';
import { ConfigError } from '../shared/errors';
import { LOG_LEVELS, type LogLevel } from '../shared/logger';
import { resolveSession, type ResolvedSession } from '../shared/session/session-config';

/** What every function reads from its environment. */
export interface LambdaConfig {
  readonly mongodbUri: string;
  readonly logLevel: LogLevel;
  readonly session: ResolvedSession;
}

/**
 * Reads an environment.
 *
 * @throws ConfigError naming every bad variable at once, never a secret
 */
export function readLambdaConfig(env: Environment): LambdaConfig {
  return readEnvironment(env, (reader) => ({
    mongodbUri: reader.string('MONGODB_URI'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    session: sessionOrFaults(env, reader.faults),
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

let config: LambdaConfig | undefined;

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

/** Lets the next use read the environment again: for tests and for a local gateway that starts anew in one process. */
export function forgetLambdaConfig(): void {
  config = undefined;
}
