import type { Environment } from '../../shared/env';
import type { SessionConfig } from '../../shared/session/session-config';

/**
 * The environment for an app that is only looked at: what banyan.config.ts says that it needs is there, and opens nothing.
 *
 * @param env what is set in it stays
 */
export function withPlaceholders(env: Environment, { secrets }: Pick<SessionConfig, 'secrets'>): Environment {
  return {
    MONGODB_URI: 'mongodb://127.0.0.1/banyan',
    ...('kind' in secrets && { [secrets.name]: 'only to look at the app, 0123456789abcdef' }),
    ...env,
  };
}
