import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseEntry } from '../../../shared/app-entry/parse-entry';
import type { Environment } from '../../../shared/env';
import type { EndpointType } from '../../../shared/api-gateway/limits';
import { ConfigError } from '../../../shared/errors';
import { loadRouteTable, parseRouteTable } from '../../route-table/load';
import type { Route } from '../../route-table/route';
import { STAGES } from '../../route-table/schema';
import type { CommandResult } from '../exit-codes';
import { fault, judge, ok, warning, type Finding } from '../finding';
import { DEFAULT_CONFIG } from '../../../shared/config/default-config';
import { loadBanyanConfig } from '../../../shared/config/load';
import { placesOf } from '../../../shared/config/places';
import type { BanyanConfig } from '../../../shared/config';
import type { Inventory } from '../../inventory/inventory';
import { flagTable, suitesOf } from '../routes/table-flags';
import { checkApp, checkMiddleware, type AppFlags, type CheckedApp } from './app';
import { checkCredentials } from './credentials';
import { checkEndpointTypes, readEndpointTypes } from './endpoint-types';
import { checkFunctions } from './functions';
import { readDeployedFunctions, sourcesOf, type DeployedFunction } from './function-sources';
import { checkGatewayResponses } from './gateway-responses';
import { readGatewayRoutes, type GatewayRoute } from './gateway-routes';
import { checkRoutesSchema } from './routes-schema';
import { checkSecrets } from './secrets';
import { checkSources } from './sources';

export interface CheckParts {
  readonly configFile?: string;
  readonly routesFile?: string;
  /** Only looked at when it is there. Default: the project's own. */
  readonly serverlessFile?: string;
  readonly env?: Environment;
  readonly flags?: AppFlags;
}

/** Checks route table, banyan.config.ts, app module and serverless.yml against each other, without secrets or database; exit code 1 for a fault. */
export async function checkProject({ configFile, env = {}, flags = {}, ...given }: CheckParts): Promise<CommandResult> {
  const findings: Finding[] = [];
  const config = await attempt('banyan.config.ts', 'fix the file', findings, () =>
    loadBanyanConfig(process.cwd(), configFile),
  );
  const places =
    config === undefined ? placesOf(DEFAULT_CONFIG, process.cwd()) : placesOf(config.banyan, path.dirname(config.file));
  const { routesFile = places.routes.path, serverlessFile = places.serverless.path } = given;
  // A missing LAMBDA_URL is no fault of the file.
  const table =
    given.routesFile === undefined && places.routes.isDefault && !existsSync(routesFile)
      ? noRoutes(routesFile)
      : await attempt('route table', 'fix the file', findings, () =>
          loadRouteTable({ file: routesFile, lambdaAvailable: true }),
        );
  if (table !== undefined) findings.push(ok('route table', describeRoutes(table.routes, routesFile)));

  let app: CheckedApp | undefined;
  if (config !== undefined) {
    const root = path.dirname(config.file);
    app = await checkApp(config.banyan, root, { env, ...flags });
    findings.push(ok('banyan.config.ts', 'loads'), ...app.findings, ...checkSecrets(config.banyan.session, env));
    if (table !== undefined) findings.push(...checkCredentials(config.banyan, table.routes, app.inventory?.routes));
  }
  if (table !== undefined) {
    const withCases = suitesOf(places.parity.cases.map((place) => place.path));
    findings.push(
      ...flagTable(table, app?.inventory?.routes, withCases).map(({ id, text, remedy }) =>
        warning(`route ${id}`, text, remedy),
      ),
    );
  }
  if (table !== undefined)
    findings.push(
      ...((await attempt('middleware', 'write it again', findings, () =>
        checkMiddleware(routesFile, table.routes, app?.inventory),
      )) ?? []),
    );
  if (table !== undefined) {
    const sources = config && { banyan: config.banyan, root: path.dirname(config.file), inventory: app?.inventory };
    findings.push(...(await checkServerless(serverlessFile, table.routes, sources)));
  }
  findings.push(...checkRoutesSchema(routesFile));
  if (config !== undefined && existsSync(serverlessFile))
    findings.push(
      ...((await attempt('gateway responses', 'fix the file', findings, () =>
        checkGatewayResponses(serverlessFile, config.banyan),
      )) ?? []),
    );
  if (config !== undefined) findings.push(...checkEndpoints(serverlessFile, config.banyan.gateway.endpointType));
  return judge(findings);
}

const noRoutes = (file: string) => parseRouteTable('routes: []\n', { file, lambdaAvailable: true });

function describeRoutes(routes: readonly Route[], file: string): string {
  const counts = STAGES.map((name) => [name, routes.filter(({ stage }) => stage === name).length] as const);
  const stages = counts.flatMap(([name, count]) => (count === 0 ? [] : [`${name}: ${count}`]));
  return `${file}; ${[`listed: ${routes.length}`, ...stages].join(', ')}`;
}

interface Surroundings {
  readonly banyan: BanyanConfig;
  readonly root: string;
  readonly inventory: Inventory | undefined;
}

async function checkServerless(
  file: string,
  routes: readonly Route[],
  surroundings: Surroundings | undefined,
): Promise<Finding[]> {
  if (!existsSync(file)) return [ok('functions', `not checked: there is no ${file}`)];
  const findings: Finding[] = [];
  const gateway = await attempt('functions', 'fix the file', findings, () => readGatewayRoutes(file) ?? 'made');
  if (gateway === 'made') return [ok('functions', `not checked: a program generates those in ${file}`)];
  if (gateway === undefined) return findings;
  return [
    ...checkFunctions(routes, gateway),
    ...(surroundings === undefined ? [] : checkSourcesOf(file, { routes, gateway, ...surroundings })),
  ];
}

function checkSourcesOf(
  file: string,
  {
    routes,
    gateway,
    inventory,
    ...rest
  }: Surroundings & { routes: readonly Route[]; gateway: readonly GatewayRoute[] },
): Finding[] {
  let functions: readonly DeployedFunction[];
  try {
    functions = readDeployedFunctions(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [
      warning('sources', `functions not examined: ${error.faults.join('; ')}`, 'check by hand what plugins resolve'),
    ];
  }
  const appFiles = sourcesOf(path.resolve(rest.root, parseEntry(rest.banyan.app).file));
  return checkSources(routes, gateway, { ...rest, functions, read: inventory?.variables, appFiles });
}

/** What this reader does not understand (merge keys, variables of plugins) need not be wrong. */
function checkEndpoints(file: string, configured: EndpointType): Finding[] {
  if (!existsSync(file)) return [];
  try {
    return checkEndpointTypes(configured, readEndpointTypes(file));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [ok('gateway', `endpoint types of the stages not checked: ${error.faults.join('; ')}`)];
  }
}

async function attempt<T>(
  subject: string,
  remedy: string,
  findings: Finding[],
  work: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    findings.push(...error.faults.map((text) => fault(subject, text, remedy)));
    return undefined;
  }
}
