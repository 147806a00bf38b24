import { readEnvironment, type Environment } from '../../../shared/env';

const MODES = ['both', 'handler', 'http'] as const;

/** Where the route tests send their requests to. */
export interface RouteTestsConfig {
  /** `handler`: to the functions, in this process. `http`: to a gateway. `both`: to the functions, and to the local gateway. */
  readonly mode: (typeof MODES)[number];
  /** The gateway, stage included; undefined: the local one. */
  readonly apiUrl: URL | undefined;
  /** The monolith, where clients log in and upload photos; undefined: the local one. */
  readonly legacyUrl: URL | undefined;
}

/**
 * Reads `TEST_MODE`, `API_URL` and `LEGACY_URL`.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function readRouteTestsConfig(env: Environment): RouteTestsConfig {
  return readEnvironment(env, (reader) => {
    const mode = reader.oneOf('TEST_MODE', MODES, 'both');
    if (mode === 'http') {
      const apiUrl = reader.httpUrl('API_URL');
      // The proxy answers logins too.
      return { mode, apiUrl, legacyUrl: env['LEGACY_URL'] === undefined ? apiUrl : reader.httpUrl('LEGACY_URL') };
    }
    for (const name of ['API_URL', 'LEGACY_URL']) {
      if (env[name] !== undefined) reader.faults.push(`${name} is set, but only TEST_MODE=http looks at it`);
    }
    return { mode, apiUrl: undefined, legacyUrl: undefined };
  });
}

/** This process's environment. */
export function routeTestsConfig(): RouteTestsConfig {
  return readRouteTestsConfig(process.env);
}
