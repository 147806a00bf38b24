import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { findProject } from '../../../shared/config/load';
import { describeCost } from '../../../shared/deployment/verify/cost';
import {
  countVerdicts,
  describeVerification,
  isSound,
  type Verification,
} from '../../../shared/deployment/verify/report';
import { BanyanError } from '../../../shared/errors';
import { findStage } from '../../../shared/serverless-file/stages';
import { loadProject } from '../../parity/project';
import { runProject } from '../../parity/run-project';
import { readGatewayRoutes } from '../check/gateway-routes';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { quietAwsSdk, readLocalSides, readProjectRoutes } from '../config';
import { withCommonOptions } from '../options';
import { EXIT } from '../exit-codes';
import { awsTarget, localTarget } from './target';
import { verify } from './verify';

interface VerifyFlags extends CommonOptions {
  readonly stage?: string;
  readonly local?: true;
  readonly yes?: true;
  readonly deploy?: string;
  readonly remove?: string;
  readonly suite?: string;
  readonly control?: string;
  readonly report: string;
}

const HELP = `
The stage must be named dev-<name>: everything in it is removed at the end, after Ctrl-C too (a second Ctrl-C leaves it). It needs its own
stage file if serverless.yml has one per stage, and the usual AWS credentials (AWS_PROFILE and so on).
--local runs on this machine: the local gateway, and what parity.system in banyan.config.ts starts. It asks for no confirmation.
It checks every row of the table in shared/local/gateway/README.md, over HTTP, against an API of its own; each route in serverless.yml,
anonymously; the parity suite; and the time that the proxy, gateway and authorizer add to a function, cold and warm.
It writes verification.json and verification.md. Exit code 1: something was refuted, differs or was left behind.`;

/** Requests of each way, after the first. */
const SAMPLES = 100;

/** Adds `banyan verify` to the program. */
export function addVerifyCommand(program: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(program.command('verify'))
    .description(
      'Deploy a stage, confirm or refute every assumption about API Gateway, measure each hop, and remove everything',
    )
    .option('--stage <stage>', 'dev-<name>, such as dev-ada')
    .option('--local', 'on this machine instead of AWS')
    .option('--yes', 'deploy without asking')
    .option('--deploy <command>', 'deploys the project; gets --stage; default: serverless deploy')
    .option('--remove <command>', 'removes it; gets --stage; default: serverless remove')
    .option('--suite <command>', 'also run these tests, with TEST_MODE=http and API_URL')
    .option('--control <url>', 'monolith for the parity suite; without it the suite does not run on AWS')
    .option('--report <folder>', 'folder for the report', 'banyan-verification')
    .addHelpText('after', HELP)
    .action(async (flags: VerifyFlags) => {
      const project = findProject(process.cwd(), flags.config);
      const isLocal = flags.local === true;
      const stage = isLocal ? 'dev' : devStage(flags.stage, project.places.serverless.path);
      if (!isLocal) {
        io.writeError(`${describeCost(stage)}\n`);
        if (flags.yes !== true && !(await isConfirmed(io))) {
          const text = 'Nothing was deployed.\n';
          finish({ exitCode: EXIT.refused, text, json: { deployed: false } }, flags);
          return;
        }
        quietAwsSdk();
      }
      const { env } = io;
      const file = project.places.serverless.path;
      const found = await untilStopped(io, async (signal) =>
        verify({
          ...{ stage, signal, now: io.now, samples: SAMPLES, banyan: project.banyan },
          target: isLocal ? localTarget(project, env) : await awsTarget({ ...flags, project, stage, env }),
          routes: readGatewayRoutes(file) ?? [],
          runParity: (app) => runParity(app, flags, io),
          runSuite: flags.suite === undefined ? undefined : (app) => runSuite(flags.suite ?? '', app, io),
          progress: (text) => io.writeError(`${text}\n`),
        }),
      );
      const files = writeReport(flags.report, found);
      const counts = countVerdicts(found.semantics);
      const said = Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`);
      const text = [
        ...found.faults.map((fault) => `fault: ${fault}`),
        `${found.semantics.length} rows: ${said.join(', ')}; report: ${files.join(', ')}`,
        found.removed ? 'Everything was removed.' : 'NOT everything was removed: see above.',
      ];
      finish(
        { exitCode: isSound(found) ? EXIT.fine : EXIT.findings, text: `${text.join('\n')}\n`, json: found },
        flags,
      );
    });
}

/** Everything in it will be removed: never a stage that others use. */
function devStage(given: string | undefined, serverlessFile: string): string {
  if (given === undefined || !/^dev-[a-z0-9][a-z0-9-]{0,20}$/.test(given))
    throw new BanyanError(
      `--stage is ${given === undefined ? 'missing' : JSON.stringify(given)}; expected dev-<name>, such as dev-ada, because everything in it is removed at the end; --local needs no stage`,
      { code: 'usage' },
    );
  return findStage(serverlessFile, given).name;
}

async function isConfirmed({ writeError, readInput }: CliIo): Promise<boolean> {
  writeError('Go on? (yes) ');
  return /^y(?:es)?$/i.test((await readInput()).trim());
}

/** The first Ctrl-C stops between two steps, so that what was deployed is removed; the second ends the process. */
async function untilStopped<T>({ writeError }: CliIo, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    writeError('\nstopping; what was deployed is being removed. Ctrl-C again leaves it in place\n');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

async function runParity(app: URL, flags: VerifyFlags, io: CliIo): Promise<Verification['parity']> {
  const isLocal = flags.local === true;
  if (!isLocal && flags.control === undefined) return { notRun: 'no --control names a monolith to compare with' };
  const run = { route: [], session: [], generate: 0, ...(flags.config !== undefined && { config: flags.config }) };
  const sides = isLocal ? { isolated: true } : { control: flags.control ?? '', candidate: app.href };
  const { env } = io;
  const project = loadProject(
    { ...run, ...sides },
    { env, routesFile: readProjectRoutes(env).file, local: readLocalSides(env) },
  );
  const silent = { caseDone: () => undefined, finish: () => undefined };
  const { totals } = (await runProject(project, { ...run, ...sides }, { now: io.now, startProgress: () => silent }))
    .run;
  const { equal, accepted, different, skipped } = totals;
  return { equal: equal + accepted, different, skipped };
}

async function runSuite(command: string, app: URL, { env }: CliIo): Promise<Verification['suite']> {
  const [program = '', ...args] = command.trim().split(/\s+/);
  const passed = await new Promise<boolean>((resolve, reject) => {
    const own = { TEST_MODE: 'http', API_URL: app.href.replace(/\/$/, '') };
    const child = spawn(program, args, { env: { ...env, ...own }, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0));
  });
  return { command, passed };
}

function writeReport(folder: string, found: Verification): readonly string[] {
  const files = ['verification.json', 'verification.md'].map((name) => path.join(folder, name));
  const [json = '', markdown = ''] = files;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(json, `${JSON.stringify(found, null, 2)}\n`);
    writeFileSync(markdown, describeVerification(found));
  } catch (cause) {
    throw new BanyanError(`${folder} cannot be written; name another folder with --report`, {
      code: 'file_unwritable',
      cause,
    });
  }
  return files;
}
