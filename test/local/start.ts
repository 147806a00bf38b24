import { ConfigError } from '../../shared/errors';
import type { Logger } from '../../shared/logger';
import { shortenClientFaults } from './console-errors';
import { describeSystem } from './describe-system';
import { loadLocalConfig, startSystem, type LocalSystem } from './system';

// `npm start`: everything on one machine until Ctrl-C.

const HELP_FLAGS = ['--help', '-h'];

/** Everything is closed within this time (ms), or left to the end of the process. */
const STOP_LIMIT = 1_500;

const HELP = `npm start: MongoDB, SQS, the monolith, API Gateway with the Lambdas, and the proxy on this machine.

Variables (default):
  PORT (8080) proxy, LEGACY_PORT (3001) monolith, GATEWAY_PORT (3002) gateway, HOST (127.0.0.1)
  ADMIN_PORT (8081) dashboard
  INVOKE_PORT (3003) Lambda Invoke API and schedules, SQS_PORT (3004) SQS, MONGO_PORT (3005) MongoDB
  LEGACY_VERSION, LAMBDA_VERSION (unversioned) builds that evidence is about
  DAILY_REPORT_RUNNER (lambda) who orders the daily reports: legacy or lambda
  ROUTES_FILE (proxy/routes.yml), TRUSTED_HOPS (0), LOG_LEVEL (info)
  MONGODB_URI       use this MongoDB; else a mongod on PATH; else MONGOD_DOWNLOAD=1 downloads one; else an embedded one
  SESSION_SECRET    made up at each start, but required with MONGODB_URI; give one to use "banyan session inspect" beside it
`;

/** One readable line per request and event, instead of JSON. */
function consoleLogger(level: string): Logger {
  const print = (prefix: string) => (fields: object, message: string) => {
    const f = fields as Record<string, unknown>;
    const text =
      message === 'request' || message === 'request failed'
        ? `${String(f['method'])} ${String(f['path'])} -> ${String(f['upstream'])} ${String(f['status'])} in ${String(f['ms'])} ms (${[f['route'], f['reason'], f['code']].filter(Boolean).join(', ')})`
        : [
            message,
            ...[f['changed'], f['faults']].flat().filter(Boolean),
            ...(f['err'] instanceof Error ? [f['err'].message] : []),
          ].join('\n    ');
    process.stdout.write(`${new Date().toTimeString().slice(0, 8)} ${prefix}${text}\n`);
  };
  const silent = (): void => undefined;
  const rank = ['debug', 'info', 'warn', 'error', 'silent'].indexOf(level);
  return {
    debug: rank <= 0 ? print('debug ') : silent,
    info: rank <= 1 ? print('') : silent,
    warn: rank <= 2 ? print('warning ') : silent,
    error: rank <= 3 ? print('error ') : silent,
  };
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  if (given.some((argument) => HELP_FLAGS.includes(argument))) {
    process.stdout.write(HELP);
    return;
  }
  const [unknown] = given;
  if (unknown !== undefined) {
    const fault = `unknown argument ${unknown}; it takes variables only, such as PORT=8090 npm start. "npm start -- --help" lists them`;
    throw new ConfigError('Arguments', [fault]);
  }
  const begun = performance.now();
  const config = loadLocalConfig(process.env);

  // Before the first part starts, so that Ctrl-C during the start leaves nothing either.
  const state: { system?: LocalSystem; stopping: boolean } = { stopping: false };
  const stop = (): void => {
    if (state.stopping) return;
    state.stopping = true;
    process.stdout.write('\nStopping.\n');
    setTimeout(() => process.exit(0), STOP_LIMIT).unref();
    void state.system?.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);

  const logger = consoleLogger(config.logLevel);
  shortenClientFaults(console, logger);
  const system = await startSystem(config, { env: process.env, logger });
  state.system = system;
  // A signal during the start is obeyed now that there is something to close.
  if (state.stopping) await system.close().then(() => process.exit(0));
  process.stdout.write(describeSystem(system, config, performance.now() - begun));
}

main().catch((error: unknown) => {
  const lines = error instanceof ConfigError ? error.faults : [error instanceof Error ? error.message : String(error)];
  for (const line of lines) process.stderr.write(`npm start: ${line}\n`);
  process.exit(1);
});
