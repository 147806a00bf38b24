import { userInfo } from 'node:os';
import { findProject } from '../../shared/config/load';
import type { Place } from '../../shared/config/places';
import { readEnvironment, type Environment } from '../../shared/env';
import { ConfigError } from '../../shared/errors';
import type { Rule } from '../../shared/parity/rules';
import { parseRules, readRules } from '../../shared/parity/rules-file';
import { isS3Location } from '../route-table/s3-source';
import { readRoutesLocation, type RoutesLocation } from '../route-table/location';
import { resolveSession, type ResolvedSession, type SessionConfig } from '../../shared/session/session-config';

const URI_EXAMPLE = 'mongodb://127.0.0.1:27017/shop';

export interface SessionEnvironment {
  readonly mongodbUri: string;
  readonly session: ResolvedSession;
}

export function processEnvironment(): Environment {
  return process.env;
}

/** The AWS SDK announces at every start that it will drop Node.js 20, which is of no use to a command's user. */
export function quietAwsSdk(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

/** Reads MONGODB_URI and the secrets of banyan.config.ts. Throws ConfigError naming every bad variable at once, never a value. */
export function readSessionEnvironment(session: SessionConfig, env: Environment): SessionEnvironment {
  return readEnvironment(env, (read) => ({
    mongodbUri: read.mongodbUri('MONGODB_URI', URI_EXAMPLE),
    session: sessionOrFaults(session, env, read.faults),
  }));
}

export interface CutoverEnvironment {
  readonly mongodbUri: string;
  readonly versions: { readonly legacy: string; readonly lambda: string };
  readonly user: string;
}

/** Reads what the commands about stages need. Throws ConfigError naming every bad variable at once. */
export function readCutoverEnvironment(env: Environment): CutoverEnvironment {
  return readEnvironment(env, (read) => ({
    mongodbUri: read.mongodbUri('MONGODB_URI', URI_EXAMPLE),
    versions: {
      legacy: read.string('LEGACY_VERSION', 'unversioned'),
      lambda: read.string('LAMBDA_VERSION', 'unversioned'),
    },
    user: env['USER'] || env['LOGNAME'] || systemUser(),
  }));
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user need not have a name.
    return 'unknown';
  }
}

/** Where the proxies' route table is: ROUTES_FILE, else what banyan.config.ts or the default says. Throws ConfigError when either is bad. */
export function readPublishedRoutes(env: Environment): RoutesLocation {
  return readEnvironment(env, (read) => readRoutesLocation(env, read, projectRoutes(env)));
}

/** The project's file with the route table, which is edited and checked; proxies may follow a copy in S3. Throws ConfigError. */
export function readProjectRoutes(env: Environment): {
  readonly file: string;
  readonly publishedTo: string | undefined;
} {
  const file = readRoutesFile(env) ?? findProject(process.cwd(), env['BANYAN_CONFIG']).places.routes.path;
  const { routesFile } = readPublishedRoutes(env);
  return { file, publishedTo: routesFile === file ? undefined : routesFile };
}

/** The file that `ROUTES_FILE` names; undefined when it names none, or an object in S3. Throws ConfigError when it is empty. */
export function readRoutesFile(env: Environment): string | undefined {
  const given = readEnvironment(env, (read) => ({ file: read.optionalString('ROUTES_FILE') })).file;
  return given === undefined || isS3Location(given) ? undefined : given;
}

/** What may differ, by the project's rules file, of which a default need not be there. Throws ConfigError or BanyanError when it is bad. */
export function readProjectRules(env: Environment): readonly Rule[] {
  const place = findProject(process.cwd(), env['BANYAN_CONFIG']).places.parity.rules;
  return parseRules(readRules(place), place.path);
}

/** A command that returns a route must not fail on a banyan.config.ts that it need not read. */
function projectRoutes(env: Environment): Place {
  const given = env['ROUTES_FILE'];
  return given === undefined
    ? findProject(process.cwd(), env['BANYAN_CONFIG']).places.routes
    : { path: given, isDefault: false };
}

/** Where the local system's Invoke API listens. Throws ConfigError naming every bad variable. */
export function readInvokeApi(env: Environment): URL {
  return localUrl(readEnvironment(env, (read) => ({ port: read.port('INVOKE_PORT', 3003) })).port);
}

/** Where the local system's monolith and gateway are. Throws ConfigError naming every bad variable. */
export function readLocalSides(env: Environment): { readonly control: URL; readonly candidate: URL } {
  const { legacyPort, gatewayPort } = readEnvironment(env, (read) => ({
    legacyPort: read.port('LEGACY_PORT', 3001),
    gatewayPort: read.port('GATEWAY_PORT', 3002),
  }));
  return { control: localUrl(legacyPort), candidate: new URL('/dev', localUrl(gatewayPort)) };
}

/** Whatever HOST says: of the local system, the proxy alone follows it. */
function localUrl(port: number): URL {
  return new URL(`http://127.0.0.1:${port}`);
}

function sessionOrFaults(session: SessionConfig, env: Environment, faults: string[]): ResolvedSession {
  try {
    return resolveSession(session, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // The monolith's, not any: another secret would only say that no token is good.
    const remedy = "set it to the monolith's own, as given to banyan dev or to the deployment";
    faults.push(...error.faults.map((text) => text.replace(/set it$/, remedy)));
    return { ...session, secrets: [] };
  }
}
