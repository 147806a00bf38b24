import path from 'node:path';
import type { Command } from 'commander';
import { parseEntry } from '../../shared/app-entry/parse-entry';
import { findProject, type Project } from '../../shared/config/load';
import { loadModule } from '../../shared/config/load-module';
import { BanyanError } from '../../shared/errors';
import { consoleLogger } from '../../shared/local/console-logger';
import { typescriptLoader } from '../../shared/local/functions';
import { printable } from '../../shared/printable';
import { ownProperty } from '../../shared/session/own-property';
import { describeSystem } from '../dev/banner';
import { startMonolith, waitForMonolith } from '../dev/monolith';
import { scriptOf } from '../dev/package-script';
import type { StartServices } from '../dev/services';
import { startSystem, type LocalSystem, type PartName, type StartLegacy } from '../dev/system';
import { readSystemConfig } from '../dev/system-config';
import type { CliIo } from './cli-io';
import { describeError } from './describe-error';
import { EXIT } from './exit-codes';

interface DevOptions {
  readonly legacy?: string;
  readonly stage?: string;
  readonly config?: string;
}

const HELP = `
Without --legacy: dev.legacy in banyan.config.ts, else "npm start" if package.json has it, else app in banyan.config.ts.
The command gets PORT, HOST, MONGODB_URI, the session secret and dev.environment; it must listen on PORT.

Variables (default):
  PORT (8080), HOST (127.0.0.1) proxy; ADMIN_PORT (8081), ADMIN_HOST (127.0.0.1) dashboard
  LEGACY_PORT (3001) monolith, GATEWAY_PORT (3002) gateway, INVOKE_PORT (3003) Lambda Invoke API and schedules,
  MONGO_PORT (3005) MongoDB, always on loopback
  MONGODB_URI       use this MongoDB, without seeding it; overrides and ledger are kept elsewhere.
                    Empty or unset: a mongod on PATH, one downloaded with MONGOD_DOWNLOAD=1, or the embedded one
  the session secret that banyan.config.ts names (SESSION_SECRET): generated at each start; required with MONGODB_URI
  ROUTES_FILE, TRUSTED_HOPS, KILL_SWITCH_FILE, LOG_LEVEL and the others of "banyan proxy", except its addresses
MONGODB_URI, the secret and values that serverless.yml leaves to the deployment may also come from .env; the shell takes precedence.
What neither sets stays unset, as it does for the monolith.
"kill -USR2" on the printed process returns all listed routes to legacy until "banyan kill-switch off".`;

/** Everything is closed within this time (ms), or ended. */
const STOP_LIMIT = 6_000;
/** Set for the monolith, whose start script may be this command. */
const NESTED = 'BANYAN_DEV';
const PART_WIDTH = 'functions'.length;

/** Adds `banyan dev`: the whole system on one machine. */
export function addDevCommand(program: Command, io: CliIo): void {
  program
    .command('dev')
    .description('Run MongoDB, gateway, functions, monolith, proxy and dashboard on this machine until Ctrl-C')
    .option('--legacy <command or URL>', 'how to start the monolith, or where it already runs')
    .option('--stage <stage>', 'stage in serverless.yml; default: dev')
    .option('--config <file>', 'use another banyan.config.ts')
    .addHelpText('after', HELP)
    .action((options: DevOptions) => runDev(options, io));
}

/** Resolves once everything runs; the process then ends by a signal, or when a part ends. */
async function runDev({ legacy: given, stage, config: configFile }: DevOptions, io: CliIo): Promise<void> {
  const begun = performance.now();
  if (io.env[NESTED] !== undefined)
    throw new BanyanError(
      "the monolith's command is banyan dev itself; give the monolith's own: --legacy 'node server.js', or dev.legacy in banyan.config.ts",
      { code: 'usage' },
    );
  const project = findProject(process.cwd(), configFile ?? io.env['BANYAN_CONFIG']);
  const { banyan, root } = project;
  const legacy = given ?? banyan.dev?.legacy ?? defaultCommand(project);
  const url = /^https?:\/\//.test(legacy) ? new URL(legacy) : undefined;
  const config = readSystemConfig(project, io.env, { stage, isLegacyRunning: url !== undefined });

  const state: { system?: LocalSystem; isStopping: boolean } = { isStopping: false };
  const stop = (reason: string, exitCode: number): void => {
    // What was started ends with this process, however it ends.
    if (state.isStopping || state.system === undefined) process.exit(state.isStopping ? 130 : exitCode);
    state.isStopping = true;
    io.write(`\n${reason}\n`);
    setTimeout(() => process.exit(exitCode), STOP_LIMIT).unref();
    const end = (): never => process.exit(exitCode);
    state.system.close().then(end, end);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stop('Stopping.', state.system === undefined ? 130 : EXIT.fine));
  // As of the proxy's own process; unheard it would end everything.
  process.on('SIGUSR2', () => {
    state.system?.proxy.overrides.setKillSwitch('on', { by: 'SIGUSR2', why: 'signal' }).catch(() => undefined);
  });

  const print = (part: PartName, line: string): void => io.write(`${part.padEnd(PART_WIDTH)} | ${line}\n`);
  const logger = (part: PartName) =>
    consoleLogger(config.proxy.logLevel, (text) => {
      // A part that ends together with the rest has not failed.
      if (state.isStopping && part !== 'proxy') return;
      for (const line of text.trimEnd().split('\n')) print(part, line);
    });
  const startLegacy: StartLegacy = ({ port, env }) =>
    url === undefined
      ? startMonolith({
          command: legacy,
          cwd: root,
          port,
          env: { ...env, [NESTED]: '1' },
          onLine: (line) => print('monolith', printable(line)),
        })
      : waitForMonolith(url);
  const system = await startSystem(project, config, {
    startLegacy,
    startServices: servicesOf(project),
    logger,
    print: (part, line) => print(part, printable(line)),
  });
  state.system = system;
  io.write(describeSystem(project, config, { system, startedIn: performance.now() - begun }));
  for (const warning of warningsOf(project, system, { env: config.env, isUrl: url !== undefined }))
    print('proxy', `warning ${warning}`);
  void system.ended.then((how) => {
    if (!state.isStopping) stop(`banyan: ${how}; stopping the rest`, EXIT.findings);
  });
  // Functions that cannot be loaded are reported now rather than by the first request.
  try {
    await system.functions?.gateway.warm();
  } catch (error) {
    if (state.isStopping) return;
    for (const line of describeError(error).lines) io.writeError(`banyan: ${line}\n`);
    stop('Stopping.', EXIT.impossible);
  }
}

function defaultCommand({ banyan, root }: Project): string {
  if (scriptOf(root, 'start') !== undefined) return 'npm start --silent';
  const { file, exported } = parseEntry(banyan.app);
  if (exported === undefined) {
    const loader = /\.[cm]?ts$/.test(file) ? typescriptLoader(root) : [];
    return ['node', ...loader, file].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  }
  throw new BanyanError(
    `package.json has no start script, and ${banyan.app} does not listen on its own; give the command: --legacy 'node server.js', or dev.legacy in banyan.config.ts`,
    { code: 'usage' },
  );
}

function servicesOf({ banyan, root }: Project): StartServices | undefined {
  const named = banyan.dev?.services;
  if (named === undefined) return undefined;
  const start = ownProperty(loadModule(path.resolve(root, named)), 'default');
  if (typeof start === 'function') return start as StartServices;
  throw new BanyanError(`${named} (dev.services) has no default export that is a function`, {
    code: 'services_invalid',
  });
}

/** What is likely a mistake: data in one database, sessions looked for in another. */
function warningsOf(
  { banyan }: Project,
  { mongo, functions }: LocalSystem,
  { env, isUrl }: { readonly env: CliIo['env']; readonly isUrl: boolean },
): readonly string[] {
  const isOwn = mongo.chosen !== 'MONGODB_URI';
  if (isUrl)
    return isOwn && functions !== undefined
      ? ['the monolith uses its own database, which functions do not see; set MONGODB_URI to it']
      : [];
  const known = { ...banyan.dev?.environment };
  return Object.entries(env)
    .filter(
      ([name, value]) =>
        name !== 'MONGODB_URI' && known[name] === undefined && /^mongodb(\+srv)?:\/\//.test(value ?? ''),
    )
    .filter(([, value]) => value !== mongo.uri)
    .map(
      ([name]) =>
        `${name} names a different MongoDB from MONGODB_URI, and the monolith may use it; add ${name}: '{{MONGODB_URI}}' to dev.environment, or set MONGODB_URI to it`,
    );
}
