import { Option, type Command } from 'commander';
import { loadBanyanConfig } from '../../../shared/config/load';
import { ConfigError } from '../../../shared/errors';
import type { Environment } from '../../../shared/env';
import { packageVersion } from '../../../shared/own-package';
import { readText, writeText } from '../../../shared/text-file';
import { loadProxyConfig, type ProxyConfig } from '../../config';
import { decideExport, TRAPS, type ExportFacts, type Trap } from '../../export/decide';
import { describeExport, NOTICED } from '../../export/describe';
import { readMissing } from '../../export/missing';
import { nginxConfig } from '../../export/nginx';
import type { TlsFiles } from '../../export/settings';
import { gatewayRoom } from '../../forward/gateway-room';
import { DEFAULT_RULES } from '../../ledger/promotion-rules';
import { NO_OVERRIDES } from '../../overrides/state';
import { readOverrideState } from '../../overrides/store';
import { parseRouteTable, type RouteTable } from '../../route-table/load';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { readProjectRoutes, readProjectRules } from '../config';
import { EXIT, type CommandResult } from '../exit-codes';
import { wholeNumber, withCommonOptions } from '../options';
import { withDatabase } from '../with-database';

interface ExportOptions extends CommonOptions {
  readonly to: 'nginx';
  readonly out?: string;
  readonly listen: string;
  readonly banyan?: string;
  readonly resolver: string;
  readonly accept: readonly Trap[];
  readonly minDays: number;
  readonly withoutEvidence?: true;
}

const HELP = `
Differences that the proxy absorbs and nginx cannot, for --accept:
${Object.entries(TRAPS)
  .map(([name, text]) => `  ${name}: ${text}`)
  .join('\n')}
Clients may notice in any case:
${NOTICED.map((text) => `  ${text}`).join('\n')}

Variables: those of the proxy (LEGACY_URL, LAMBDA_URL, TRUSTED_HOPS, ROUTES_FILE, MONGODB_URI, LEGACY_VERSION, LAMBDA_VERSION, LEGACY_CA_FILE
and so on), with the paths and addresses that nginx sees. The proxy is then behind nginx: set its TRUSTED_HOPS to at least 1.`;

export function addExportCommand(program: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(program.command('export'))
    .description(
      'Compile the route table for a web server: finished routes go straight to API Gateway, without the proxy',
    )
    .addOption(new Option('--to <front>', 'web server to compile for').choices(['nginx']).makeOptionMandatory())
    .option('--out <file>', 'where to write; default: standard output')
    .option('--listen <address>', 'where nginx listens', '80')
    .option('--banyan <url>', 'the proxy, for routes still moving; default: http://127.0.0.1:<PORT>')
    .option(
      '--resolver <address>',
      "DNS server for API Gateway's name; the default is the one in every VPC",
      '169.254.169.253',
    )
    .addOption(
      new Option('--accept <trap...>', 'differences clients may notice')
        .choices(Object.keys(TRAPS))
        .default([], 'none'),
    )
    .option('--min-days <count>', 'days a route must have stayed on its stage, undisturbed', wholeNumber(0, 999), 14)
    .option('--without-evidence', 'do not check in MongoDB whether routes are finished')
    .addHelpText('after', HELP)
    .action(async (options: ExportOptions) => {
      finish(await exportTable(options, io), options);
    });
}

/** Exit code 3 when not one route could leave the proxy. Throws ConfigError for bad variables or a bad table. */
async function exportTable(options: ExportOptions, io: CliIo): Promise<CommandResult> {
  const { banyan } = loadBanyanConfig(process.cwd(), options.config);
  const config = loadProxyConfig(banyan, io.env);
  const { lambdaUrl } = config;
  if (lambdaUrl === undefined)
    throw new ConfigError('Environment', ["LAMBDA_URL is missing; set it to API Gateway's URL"]);
  const { file } = readProjectRoutes(io.env);
  const table = parseRouteTable(readText(file, 'ROUTES_FILE'), { file, lambdaAvailable: true });
  const exported = decideExport(table.routes, await readFacts(table, config, options, io));
  const summary = describeExport(exported);
  const text = [
    `# ${file}, digest ${table.digest}, by banyan export ${packageVersion()}. Do not edit: change the table and export again.`,
    ...[...summary, ...NOTICED.map((noticed) => `clients may notice: ${noticed}`)].map((line) => `# ${line}`),
    '',
    nginxConfig(exported, {
      listen: options.listen,
      legacy: config.legacyUrl,
      lambda: lambdaUrl,
      banyan: readUrl('--banyan', options.banyan ?? `http://127.0.0.1:${config.port}`),
      legacyTls: tlsFiles('LEGACY', io.env),
      lambdaTls: tlsFiles('LAMBDA', io.env),
      resolver: options.resolver,
      trustedHops: config.trustedHops,
      sessionCookie: banyan.session.cookieName,
      room: gatewayRoom(lambdaUrl, config.lambdaEndpointType),
      lambdaTimeout: config.lambdaTimeout,
    }),
  ].join('\n');
  if (options.out !== undefined) writeText(options.out, text);
  const routes = exported.map(({ route, to, refusedBecause }) => ({ route: route.id, to, refusedBecause }));
  return {
    exitCode: exported.some(({ to }) => to === 'lambda') ? EXIT.fine : EXIT.refused,
    text: options.out === undefined ? text : [...summary, `written to ${options.out}; next: nginx -t`, ''].join('\n'),
    json: { routes, noticed: NOTICED, ...(options.out === undefined && { config: text }) },
  };
}

/** Names of files alone; that they can be used was found out with the proxy's configuration. */
const tlsFiles = (prefix: 'LEGACY' | 'LAMBDA', env: Environment): TlsFiles => ({
  ca: env[`${prefix}_CA_FILE`],
  cert: env[`${prefix}_CERT_FILE`],
  key: env[`${prefix}_KEY_FILE`],
  serverName: env[`${prefix}_SERVER_NAME`],
});

async function readFacts(
  { routes }: RouteTable,
  { mongodbUri, versions }: ProxyConfig,
  { accept, minDays, withoutEvidence }: ExportOptions,
  { env, now }: Pick<CliIo, 'env' | 'now'>,
): Promise<ExportFacts> {
  const accepted = new Set(accept);
  if (withoutEvidence === true) return { overrides: NO_OVERRIDES, accepted, missing: new Map() };
  if (mongodbUri === undefined)
    throw new ConfigError('Environment', [
      'MONGODB_URI is missing; it knows which routes are finished and which are rolled back. To use the table alone: --without-evidence',
    ]);
  const rules = { ...DEFAULT_RULES, minDays };
  const about = { versions, rules: readProjectRules(env), now: now() };
  return withDatabase(mongodbUri, async (connect) => {
    const db = await connect();
    const missing = await readMissing(db, routes, about, rules);
    return { overrides: await readOverrideState(db), accepted, missing };
  });
}

function readUrl(name: string, text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new ConfigError('Options', [`${name} is not a URL; expected one such as http://127.0.0.1:8080`]);
  return new URL(text);
}
