import { readEnvironment, type Environment } from '../../shared/env';
import { ConfigError } from '../../shared/errors';
import { resolveSession, type ResolvedSession, type SessionConfig } from '../../shared/session/session-config';

/** What the commands about sessions read: the same variables as the Lambdas. */
export interface SessionEnvironment {
  readonly mongodbUri: string;
  readonly session: ResolvedSession;
}

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env;
}

/**
 * Reads MONGODB_URI and the secrets that banyan.config.ts names.
 *
 * @throws ConfigError naming every bad variable at once, never a value
 */
export function readSessionEnvironment(session: SessionConfig, env: Environment): SessionEnvironment {
  return readEnvironment(env, (read) => ({
    mongodbUri: read.string('MONGODB_URI'),
    session: sessionOrFaults(session, env, read.faults),
  }));
}

/**
 * Reads where the route table is.
 *
 * @throws ConfigError when ROUTES_FILE is empty
 */
export function readRoutesFile(env: Environment): string {
  return readEnvironment(env, (read) => ({ file: read.string('ROUTES_FILE', 'proxy/routes.yml') })).file;
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
