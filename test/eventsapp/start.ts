import { ConfigError } from 'banyan-strangler/lambda';
import { consoleLogger, printable, shortenClientFaults, withoutUrlSecrets } from 'banyan-strangler/local';
import { describeSystem } from './describe-system';
import { loadLocalConfig, startSystem, type LocalSystem } from './system';

// `npm start`: everything on one machine until Ctrl-C.

const HELP_FLAGS = ['--help', '-h'];

/** Everything is closed within this time (ms), or left to the end of the process. */
const STOP_LIMIT = 1_500;

const HELP = `npm start: MongoDB, SQS, S3, DynamoDB, the monolith, API Gateway with the Lambdas, and the proxy on this machine.

Variables (default):
  PORT (8080), HOST (127.0.0.1) proxy; LEGACY_PORT (3001) monolith, GATEWAY_PORT (3002) gateway, always on loopback
  ADMIN_PORT (8081), ADMIN_HOST (127.0.0.1) dashboard
  INVOKE_PORT (3003) Lambda Invoke API and schedules, SQS_PORT (3004) SQS, MONGO_PORT (3005) MongoDB, always on loopback
  S3_PORT (3006) S3, DYNAMODB_PORT (3007) DynamoDB, always on loopback
  LEGACY_VERSION, LAMBDA_VERSION (unversioned) builds that the evidence belongs to
  DAILY_REPORT_RUNNER (lambda) side that orders the daily reports: legacy or lambda
  KILL_SWITCH_FILE  while it exists, all listed routes are on legacy; "kill -USR2" on the printed process does the same
                    until "banyan kill-switch off"
  ROUTES_FILE (proxy/routes.yml), TRUSTED_HOPS (0), LOG_LEVEL (info)
  MONGODB_URI       use this MongoDB unchanged: not seeded, no indexes; overrides and ledger are kept elsewhere for the run.
                    Otherwise a mongod on PATH, one downloaded with MONGOD_DOWNLOAD=1, or the embedded one; these get demo data
  AWS_*             ignored: nothing here reaches AWS
  SESSION_SECRET    random at each start, but required with MONGODB_URI; set one to use "banyan session inspect"
`;

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

  // As of the proxy's own process; unheard it would end everything.
  process.on('SIGUSR2', () => {
    const switched = state.system?.proxy.overrides.setKillSwitch('on', { by: 'SIGUSR2', why: 'signal' });
    switched?.catch(() => undefined);
  });

  const logger = consoleLogger(config.logLevel, (text) => process.stdout.write(text));
  shortenClientFaults(console, logger);
  const system = await startSystem(config, { env: process.env, logger });
  state.system = system;
  // A signal during the start is obeyed now that there is something to close.
  if (state.stopping) await system.close().then(() => process.exit(0));
  process.stdout.write(describeSystem(system, config, performance.now() - begun));
  // Functions that cannot be loaded are reported now rather than by the first request.
  await system.gateway.warm();
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? error.message : String(error);
  const lines = error instanceof ConfigError ? error.faults : text.split('\n').map(withoutUrlSecrets);
  for (const line of lines) process.stderr.write(`npm start: ${printable(line)}\n`);
  process.exit(1);
});
