import { randomBytes } from 'node:crypto';
import type { Project } from '../../shared/config/load';
import { readDotEnv } from '../../shared/dot-env';
import { readEnvironment, type Environment } from '../../shared/env';
import { ConfigError } from '../../shared/errors';
import { resolveSession } from '../../shared/session/session-config';
import { parseAdminTokens } from '../admin/tokens';
import { loadProxyConfig, type ProxyConfig } from '../config';

/** What runs where on one machine. Ports of 0 are free ones. */
export interface SystemConfig {
  /** Its upstreams and databases are known once they run. */
  readonly proxy: ProxyConfig;
  readonly legacyPort: number;
  readonly gatewayPort: number;
  readonly invokePort: number;
  readonly mongoPort: number;
  /** The shell's variables, and those of `.env` that it lacks. */
  readonly env: Environment;
  /** Chooses MongoDB. */
  readonly mongoEnv: Environment;
  /** `.env` has its MONGODB_URI: the user may not know. */
  readonly isUriFromDotenv: boolean;
  /** The session secrets by the variable that holds them; empty while they are not known. */
  readonly secrets: Readonly<Record<string, string>>;
  /** They were made up for this start: no one else can know them. */
  readonly isSecretMadeUp: boolean;
  /** May change what the dashboard shows, in this run. */
  readonly adminToken: string;
  readonly stage: string;
}

export interface SystemConfigOptions {
  readonly stage?: string | undefined;
  /** The monolith runs already, with a session secret of its own. */
  readonly isLegacyRunning?: boolean;
}

const LOOPBACK = '127.0.0.1';

/**
 * Reads what a local system is configured with: the variables of the proxy, ports, and from `.env` in the project's root what the shell does not set.
 * The session secret is made up when the database is: one that was there before has sessions, and only its own secret fits them.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function readSystemConfig(
  { banyan, root }: Project,
  shell: Environment,
  { stage = 'dev', isLegacyRunning = false }: SystemConfigOptions = {},
): SystemConfig {
  const env = { ...readDotEnv(root), ...shell };
  // Of .env, the kit reads what the monolith and it have in common: its PORT there is the monolith's.
  // An empty one in the shell hides that of .env.
  const mongoEnv = { ...shell, MONGODB_URI: env['MONGODB_URI'] === '' ? undefined : env['MONGODB_URI'] };
  const { secrets: source } = banyan.session;
  const name = 'kind' in source ? source.name : undefined;
  const given = name === undefined ? undefined : (env[name] ?? banyan.dev?.environment?.[name]);
  const isNamed = mongoEnv.MONGODB_URI !== undefined;
  const isSecretMadeUp = name !== undefined && given === undefined && !isNamed && !isLegacyRunning;
  const adminToken = randomBytes(18).toString('base64url');
  return readEnvironment(shell, (read) => {
    const secret = isSecretMadeUp ? randomBytes(24).toString('base64url') : given;
    if (name !== undefined && given === undefined && isNamed)
      read.faults.push(
        `${name} is missing; set it, for example ${name}="$(openssl rand -hex 32)"; if there are sessions already, use the secret that signs them`,
      );
    const secrets = name === undefined || secret === undefined ? {} : { [name]: secret };
    const legacyPort = read.port('LEGACY_PORT', 3001);
    const upstreams = { LEGACY_URL: `http://${LOOPBACK}:${legacyPort}`, LAMBDA_URL: undefined, MONGODB_URI: undefined };
    let proxy: ProxyConfig | undefined;
    try {
      const all = loadProxyConfig(banyan, { ...shell, ...upstreams, ...secrets }, { root });
      const adminTokens = [...all.adminTokens, ...parseAdminTokens(`local=${adminToken}`, read.faults)];
      const session = 'kind' in source ? all.session : resolveSession(banyan.session, env);
      proxy = { ...all, adminTokens, session, instanceName: shell['INSTANCE_NAME'] ?? 'local' };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      read.faults.push(...error.faults);
    }
    return {
      // Without one there are faults, and nothing is returned.
      proxy: proxy as ProxyConfig,
      legacyPort,
      gatewayPort: read.port('GATEWAY_PORT', 3002),
      invokePort: read.port('INVOKE_PORT', 3003),
      mongoPort: read.port('MONGO_PORT', 3005),
      isUriFromDotenv: shell['MONGODB_URI'] === undefined,
      ...{ env, mongoEnv, secrets, isSecretMadeUp, adminToken, stage },
    };
  });
}
