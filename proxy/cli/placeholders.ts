import type { BanyanConfig } from '../../shared/config';
import { devEnvironment } from '../../shared/config/dev-environment';
import type { Environment } from '../../shared/env';

const MONGODB_URI = 'mongodb://127.0.0.1/banyan';

/**
 * The environment for an app that is only looked at: what banyan.config.ts says that it needs is there, and opens nothing.
 *
 * @param env what is set in it stays
 */
export function withPlaceholders(env: Environment, banyan: Pick<BanyanConfig, 'session' | 'dev'>): Environment {
  const { secrets } = banyan.session;
  return {
    MONGODB_URI,
    ...('kind' in secrets && { [secrets.name]: 'only to look at the app, 0123456789abcdef' }),
    ...devEnvironment(banyan, { mongodbUri: MONGODB_URI, port: 3001 }),
    ...env,
  };
}
