import { hostname } from 'node:os';
import { parseAdminTokens, type AdminToken } from './admin/tokens';
import { ENDPOINT_TYPES, type EndpointType } from '../shared/api-gateway/limits';
import { ConfigError } from '../shared/errors';
import { readEnvironment, type Environment, type EnvironmentReader } from '../shared/env';
import type { UpstreamTls } from './http1/upstream-tls';
import { readUpstreamTls } from './read-upstream-tls';
import { readLimits, type ProxyLimits } from './limits';
import { regionOfTopic, type SnsTopic } from './guard/sns';
import type { BanyanConfig } from '../shared/config';
import { MAX_TRUSTED_HOPS } from '../shared/config/define-config';
import { placesOf, type Place } from '../shared/config/places';
import { readRoutesLocation } from './route-table/location';
import { readTracing, type TracingSettings } from './tracing/settings';
import { resolveSession, type ResolvedSession, type SessionConfig } from '../shared/session/session-config';
import { isLoopback } from '../shared/this-machine-only';

/** Everything the proxy is configured with, read once at start. Durations in milliseconds. */
export interface ProxyConfig {
  readonly host: string;
  readonly port: number;
  readonly legacyUrl: URL;
  /** Absent until the first route is on Lambda; the path is the stage prefix, for example `/prod`. */
  readonly lambdaUrl: URL | undefined;
  readonly legacyTls?: UpstreamTls;
  readonly lambdaTls?: UpstreamTls;
  /** Decides which requests are too large for the gateway. */
  readonly lambdaEndpointType: EndpointType;
  /** A path, or `s3://bucket/key`. */
  readonly routesFile: string;
  /** Nothing names it, so it may be absent: everything then goes to legacy. Default: false. */
  readonly isRoutesFileOptional?: boolean;
  /** Another address than S3's own, for a local one. */
  readonly s3Endpoint?: URL | undefined;
  /** What comparisons of live requests forgive; undefined: nothing. */
  readonly parityRules?: string | undefined;
  /** Proxies in front of this one whose `X-Forwarded-*` is believed; 0: this proxy is the edge. */
  readonly trustedHops: number;
  /** How long the proxy keeps serving after SIGTERM, so that load balancers notice `readyz` first. */
  readonly drainDelay: number;
  /** How long legacy may take until its response headers; 0: no limit, as without the proxy. */
  readonly legacyTimeout: number;
  /** How long API Gateway may take until its response headers. The gateway itself gives up after 29 s. */
  readonly lambdaTimeout: number;
  /** Where sessions and run-time overrides are; without it there is no canary, and roll backs apply to this proxy only. */
  readonly mongodbUri: string | undefined;
  /** Where overrides and ledger are, when not there. */
  readonly stateUri?: string | undefined;
  readonly banyan: BanyanConfig;
  /** How sessions are signed and stored; undefined while the session secret is not given. */
  readonly session: ResolvedSession | undefined;
  /** Keeps the run-time overrides for a start without MongoDB. */
  readonly overridesFile: string | undefined;
  /** While this file exists, all listed routes are on legacy. */
  readonly killSwitchFile: string | undefined;
  /** Where exchanges of routes with `record` are written, as HAR files; undefined: nowhere. */
  readonly recordDir?: string | undefined;
  /** How large the recordings may become in all, in bytes. */
  readonly recordMaxBytes?: number | undefined;
  /** Dashboard and metrics; undefined: none. */
  readonly adminPort: number | undefined;
  readonly adminHost: string;
  readonly adminTokens: readonly AdminToken[];
  /** Which builds of the two sides evidence is about. */
  readonly versions: { readonly legacy: string; readonly lambda: string };
  /** Names this proxy among several. */
  readonly instanceName: string;
  /** Notified of every route that the guard rolls back. */
  readonly guardWebhookUrl: URL | undefined;
  readonly guardSnsTopic?: SnsTopic | undefined;
  /** Which spans are exported; undefined: none. */
  readonly tracing?: TracingSettings | undefined;
  readonly limits: ProxyLimits;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

const LAMBDA_URL_EXAMPLE = 'https://abc123.execute-api.eu-west-1.amazonaws.com/prod';
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Reads the proxy's configuration; `root` is what its paths are relative to. Throws ConfigError naming every bad variable at once. */
export function loadProxyConfig(
  banyan: BanyanConfig,
  env: Environment,
  { root = process.cwd() }: { readonly root?: string } = {},
): ProxyConfig {
  const places = placesOf(banyan, root);
  return readEnvironment(env, (read) => {
    const legacyUrl = read.httpUrl('LEGACY_URL');
    if (legacyUrl.pathname !== '/') {
      read.faults.push(
        `LEGACY_URL is "${legacyUrl.href}"; expected no path, because paths are passed to legacy unchanged`,
      );
    }
    const port = read.port('PORT', 8080);
    // Each request would come back until no connection is left.
    const host = read.string('HOST', '127.0.0.1');
    const listensAt = (name: string): boolean =>
      isLoopback(name) && [name, '0.0.0.0', '::', 'localhost'].includes(host);
    if (port !== 0 && listensAt(legacyUrl.hostname) && Number(legacyUrl.port) === port)
      read.faults.push(
        `LEGACY_URL is "${legacyUrl.origin}", which is this proxy itself (PORT ${port}); expected the monolith`,
      );
    const adminHost = read.string('ADMIN_HOST', '127.0.0.1');
    const adminTokens = parseAdminTokens(env['ADMIN_TOKENS'], read.faults);
    if (!isLoopback(adminHost) && adminTokens.length === 0) {
      read.faults.push(
        `ADMIN_HOST is "${adminHost}", which others can reach; set ADMIN_TOKENS as well, or leave it at 127.0.0.1`,
      );
    }
    const lambdaUrl =
      env['LAMBDA_URL'] === undefined ? undefined : read.httpUrl('LAMBDA_URL', undefined, LAMBDA_URL_EXAMPLE);
    const trustedHops = read.integer('TRUSTED_HOPS', { default: banyan.trustedHops ?? 0, max: MAX_TRUSTED_HOPS });
    return {
      host,
      port,
      legacyUrl,
      lambdaUrl,
      legacyTls: readUpstreamTls(read, 'LEGACY', legacyUrl),
      lambdaTls: readUpstreamTls(read, 'LAMBDA', lambdaUrl),
      lambdaEndpointType: read.oneOf('LAMBDA_ENDPOINT_TYPE', ENDPOINT_TYPES, banyan.gateway.endpointType),
      ...routesOf(env, read, places.routes),
      parityRules: places.parity.rules.path,
      trustedHops,
      drainDelay: read.integer('DRAIN_DELAY', { default: 0, max: 3600 }) * 1000,
      legacyTimeout: read.integer('LEGACY_TIMEOUT', { default: 0, max: 3600 }) * 1000,
      lambdaTimeout: read.integer('LAMBDA_TIMEOUT', { default: 30, min: 1, max: 900 }) * 1000,
      mongodbUri: env['MONGODB_URI'] === undefined ? undefined : read.mongodbUri('MONGODB_URI'),
      banyan,
      session: sessionOf(banyan.session, env, read.faults),
      overridesFile: env['OVERRIDES_FILE'],
      killSwitchFile: env['KILL_SWITCH_FILE'],
      recordDir: read.optionalString('RECORD_DIR'),
      recordMaxBytes: read.integer('RECORD_MAX_MB', { default: 512, min: 1 }) * 1024 * 1024,
      adminPort: read.port('ADMIN_PORT', 8081),
      adminHost,
      adminTokens,
      versions: {
        legacy: read.string('LEGACY_VERSION', 'unversioned'),
        lambda: read.string('LAMBDA_VERSION', 'unversioned'),
      },
      instanceName: read.string('INSTANCE_NAME', hostname()),
      guardWebhookUrl: webhookOf(env['GUARD_WEBHOOK_URL'], read.faults),
      guardSnsTopic: topicOf(env, read),
      tracing: readTracing(env, read),
      limits: readLimits(read, trustedHops),
      logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    };
  });
}

function routesOf(
  env: Environment,
  read: EnvironmentReader,
  place: Place,
): Pick<ProxyConfig, 'routesFile' | 'isRoutesFileOptional' | 's3Endpoint'> {
  return {
    ...readRoutesLocation(env, read, place),
    isRoutesFileOptional: env['ROUTES_FILE'] === undefined && place.isDefault,
  };
}

/** Such a URL often is the secret, query and all, so a fault does not repeat it. */
function webhookOf(text: string | undefined, faults: string[]): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    faults.push('GUARD_WEBHOOK_URL is not a URL; expected one such as https://hooks.example.com/...');
    return undefined;
  }
  return url;
}

function topicOf(env: Environment, read: EnvironmentReader): SnsTopic | undefined {
  const arn = read.optionalString('GUARD_SNS_TOPIC_ARN');
  if (arn === undefined || arn === '') return undefined;
  const region = regionOfTopic(arn);
  if (region === undefined) {
    const example = 'arn:aws:sns:eu-west-1:123456789012:banyan';
    read.faults.push(
      `GUARD_SNS_TOPIC_ARN is ${JSON.stringify(arn)}; expected the ARN of a standard topic, such as ${example}`,
    );
    return undefined;
  }
  const endpoint = env['SNS_ENDPOINT'] === undefined ? undefined : read.httpUrl('SNS_ENDPOINT');
  return { arn, region, endpoint };
}

/** The secrets are needed for cohorts and signed headers only, so a proxy without them starts. */
function sessionOf(session: SessionConfig, env: Environment, faults: string[]): ResolvedSession | undefined {
  if ('kind' in session.secrets && env[session.secrets.name] === undefined) return undefined;
  try {
    return resolveSession(session, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}
