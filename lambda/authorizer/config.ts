import { ConfigError } from '../../shared/errors';
import type { SessionConfig } from '../../shared/session/session-config';
import { databaseConfig, lambdaConfig, type LambdaConfig } from '../config';

/**
 * Reads both parts, whatever one of them is like.
 *
 * @throws ConfigError that names every bad variable at once
 */
export function readConfig(session: SessionConfig): LambdaConfig {
  const faults: string[] = [];
  for (const read of [databaseConfig, () => lambdaConfig(session)])
    try {
      read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
    }
  if (faults.length > 0) throw new ConfigError('Environment', faults);
  return lambdaConfig(session);
}
