import { Argument, Command, CommanderError } from 'commander';
import { packageVersion } from '../../shared/own-package';
import { resolveSession } from '../../shared/session/session-config';
import { checkDeployment } from './check/check-deployment';
import type { AppFlags } from './check/app';
import { checkProject } from './check/check-project';
import { quietAwsSdk, readInvokeApi, readRoutesFile, readSessionEnvironment } from './config';
import type { CliIo, CommonOptions, Finish } from './cli-io';
import { addCutoverCommands } from './cutover';
import { addDeploymentCommands } from './deployment/command';
import { addDevCommand } from './dev';
import { describeError } from './describe-error';
import { diagnoseDeployment } from './doctor/diagnose';
import { EXIT, EXIT_CODES_HELP } from './exit-codes';
import { addExportCommand } from './export/command';
import { addInitCommand } from './init/command';
import { inspectWithMangledSecret } from './inspect/inspect-mangled';
import { inspectSession } from './inspect/inspect-session';
import { forceHeader, MAX_MINUTES, SIDES } from './force';
import { loadBanyanConfig } from '../../shared/config/load';
import { readPort, wholeNumber, withCommonOptions, withJson } from './options';
import { addParityCommand } from './parity/command';
import { addRoutesCommand } from './routes/command';
import { addScaffoldCommands } from './scaffold/command';
import { runSchedule } from './run-schedule';
import { addVerifyCommand } from './verify/command';
import { withDatabase } from './with-database';
import { HELP } from '../help';
import { runProxy } from '../server';

/** Runs one command line (`argv` without node and script), prints its result and returns the exit code; see --help. */
export async function run(argv: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.fine;
  const program = createProgram(io, (result, { json }) => {
    io.write(json ? `${JSON.stringify(result.json, null, 2)}\n` : result.text);
    exitCode = result.exitCode;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    const writeJson = (code: string, messages: readonly string[]): void => {
      if (argv.includes('--json')) io.write(`${JSON.stringify({ error: { code, messages } }, null, 2)}\n`);
    };
    // commander has printed its message or the help itself.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.fine;
      writeJson('usage', [error.message.replace(/^error: /, '')]);
      return EXIT.impossible;
    }
    const { code, lines } = describeError(error);
    writeJson(code, lines);
    for (const line of lines) io.writeError(`banyan: ${line}\n`);
    return EXIT.impossible;
  }
}

interface CheckOptions extends CommonOptions, AppFlags {
  readonly serverless?: string;
  readonly stage?: string;
}

const CHECK_HELP = `
Variables: ROUTES_FILE (routes of banyan.config.ts, else banyan/routes.yml)

--stage also checks AWS, read-only, with the usual credentials (AWS_PROFILE and so on):
  - every \${ssm:} and \${cf:} reference of the stage has a value
  - every secret under custom.secrets exists and has a value (which is not read)
  - the VPC, subnets, security groups and the gateway's VPC endpoint exist and belong together
  - MongoDB connections (reserved concurrency x pool size) stay within the stage's mongodbConnections
  - the account has the concurrency that the stage reserves
Permissions: ssm:GetParameter, cloudformation:DescribeStacks, secretsmanager:DescribeSecret, ec2:DescribeSubnets,
ec2:DescribeSecurityGroups, ec2:DescribeVpcs, ec2:DescribeVpcEndpoints, lambda:GetAccountSettings.
Exit code 2: nothing is wrong, but AWS did not answer everything.`;

function createProgram(io: CliIo, finish: Finish): Command {
  const program = new Command('banyan')
    .description('Moves an Express monolith to AWS Lambda one route at a time')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: io.write, writeErr: io.writeError })
    .addHelpText('afterAll', EXIT_CODES_HELP);

  addInitCommand(program, io, finish);
  const session = program.command('session').description('Inspect the sessions that the monolith and Lambda share');

  withCommonOptions(session.command('inspect'))
    .description(
      'Explain step by step why a token is accepted or refused. Read-only; never prints the token, its id or a secret',
    )
    .argument(
      '<token>',
      'cookie value, name=value or "Bearer ..."; - reads it from standard input, out of the shell history',
    )
    .addHelpText('after', '\nVariables: MONGODB_URI and the secrets named in banyan.config.ts (SESSION_SECRET)')
    .action(async (token: string, options: CommonOptions) => {
      const given = token === '-' ? await io.readInput() : token;
      const { banyan } = loadBanyanConfig(process.cwd(), options.config);
      const mangled = inspectWithMangledSecret(given, banyan.session, io.env);
      if (mangled !== undefined) {
        finish(mangled, options);
        return;
      }
      const { mongodbUri, session } = readSessionEnvironment(banyan.session, io.env);
      const inspect = (db: Parameters<typeof inspectSession>[1]['db']) =>
        inspectSession(given, { banyan, session, db, now: io.now() });
      finish(await withDatabase(mongodbUri, inspect), options);
    });

  withCommonOptions(session.command('doctor'))
    .description('Check the configured secrets and options against the session store. Read-only')
    .option('--sample <count>', 'how many records to read', wholeNumber(1, 99_999), 200)
    .addHelpText('after', '\nVariables: MONGODB_URI and the secrets named in banyan.config.ts (SESSION_SECRET)')
    .action(async (options: CommonOptions & { readonly sample: number }) => {
      const { banyan } = loadBanyanConfig(process.cwd(), options.config);
      const { mongodbUri, session } = readSessionEnvironment(banyan.session, io.env);
      const sampleSize = options.sample;
      const diagnose = (db: Parameters<typeof diagnoseDeployment>[0]['db']) =>
        diagnoseDeployment({ banyan, session, db, now: io.now(), sampleSize });
      finish(await withDatabase(mongodbUri, diagnose), options);
    });

  program
    .command('proxy')
    .description('Run the proxy in front of LEGACY_URL')
    .addHelpText('after', () => `\n${HELP}`)
    .action(runProxy);

  withCommonOptions(program.command('check'))
    .description('Check that the route table, banyan.config.ts, the app and serverless.yml agree. Needs no database')
    .option('--serverless <file>', 'file with the functions; default: serverless in banyan.config.ts')
    .option('--app <file>', 'module that starts or exports the app; default: app in banyan.config.ts')
    .option('--port <number>', 'which app, if several listen', readPort)
    .option('--connect', 'let the app reach the network, its own MongoDB included')
    .option('--without-app', 'do not start the app: take its routes from app-routes.json')
    .option('--stage <stage>', 'also check that AWS has what this stage needs; read-only')
    .addHelpText('after', CHECK_HELP)
    .action(async (options: CheckOptions) => {
      const { config: configFile, serverless: serverlessFile, stage, app, port, connect, withoutApp } = options;
      const routesFile = readRoutesFile(io.env);
      const project = await checkProject({
        env: io.env,
        flags: { app, port, connect, withoutApp },
        ...(routesFile !== undefined && { routesFile }),
        ...(serverlessFile !== undefined && { serverlessFile }),
        ...(configFile !== undefined && { configFile }),
      });
      if (stage === undefined) {
        finish(project, options);
        return;
      }
      quietAwsSdk();
      const deployment = await checkDeployment({ stage, configFile, serverlessFile });
      finish(
        {
          exitCode: project.exitCode === EXIT.fine ? deployment.exitCode : project.exitCode,
          text: `${project.text}\n${deployment.text}`,
          json: { ...project.json, deployment: deployment.json },
        },
        options,
      );
    });

  withJson(program.command('run-schedule'))
    .description('Run a schedule from serverless.yml now, in the running banyan dev')
    .argument('<name>', 'such as daily-report')
    .addHelpText('after', '\nVariables: INVOKE_PORT (3003), as for banyan dev')
    .action(async (name: string, options: CommonOptions) => {
      finish(await runSchedule(name, readInvokeApi(io.env)), options);
    });

  withCommonOptions(program.command('force'))
    .description('Print a signed header that sends a request to one side, whatever the stage of its route')
    .addArgument(new Argument('<side>', 'which side answers').choices(SIDES))
    .option('--minutes <count>', 'how long the header stays valid', wholeNumber(1, MAX_MINUTES), 10)
    .addHelpText('after', '\nVariables: the secrets named in banyan.config.ts (SESSION_SECRET), as on the proxy')
    .action((side: (typeof SIDES)[number], options: CommonOptions & { readonly minutes: number }) => {
      const { banyan } = loadBanyanConfig(process.cwd(), options.config);
      const { secrets } = resolveSession(banyan.session, io.env);
      finish(forceHeader({ side, minutes: options.minutes, secrets, now: io.now() }), options);
    });

  addDevCommand(program, io);
  addDeploymentCommands(program, io, finish);
  addRoutesCommand(program, io, finish);
  addScaffoldCommands(program, io, finish);
  addParityCommand(program, io, finish);
  addCutoverCommands(program, io, finish);
  addVerifyCommand(program, io, finish);
  addExportCommand(program, io, finish);

  return program;
}
