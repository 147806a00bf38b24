import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { loadBanyanConfig } from '../../../shared/config/load';
import { BanyanError } from '../../../shared/errors';
import { writeText } from '../../../shared/text-file';
import { isClean } from '../../../shared/parity/result';
import { learnRules, type LearnFlags } from '../../parity/learn-rules';
import { describeNotRun } from '../../parity/plan-run';
import { loadProject, type Project, type RunFlags } from '../../parity/project';
import { redactHar } from '../../parity/redact-har';
import { createProgress, describeRun, toHtml, toJson, toJUnit, wantsColor } from '../../parity/report';
import { runProject } from '../../parity/run-project';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { readLocalSides, readProjectRoutes } from '../config';
import { EXIT } from '../exit-codes';
import { repeatable, wholeNumber, withCommonOptions } from '../options';
import { addMutateCommand } from './mutate-command';
import { recordRun } from './record-run';
import { addSampleCommand } from './sample-command';

interface RedactFlags extends CommonOptions {
  readonly overwrite?: boolean;
}

/** Beyond, a run would not end. */
const MANY = 999_999_999;

export function addParityCommand(program: Command, io: CliIo, finish: Finish): void {
  const parity = program.command('parity').description('Compare what legacy and Lambda answer to the same requests');

  withSides(parity.command('run', { isDefault: true }))
    .description('Send every case to both sides and report every difference that a client could see')
    .option('--candidate <url>', 'API Gateway with its stage (default: that of banyan dev, at GATEWAY_PORT, 3002)')
    .option('--direct', 'send requests straight to the candidate, not through a proxy with every route on lambda')
    .option('--har <file>', 'replay a recording instead of the suites')
    .addOption(
      repeatable(
        '--session <placeholder=identity>',
        'who a recorded session belongs to, or none=identity',
        'as recorded',
      ),
    )
    .option('--generate <count>', 'also run this many generated variations of the cases', wholeNumber(0, MANY), 0)
    .option('--seed <number>', 'seed of the generated cases (default: 1)', wholeNumber(0, MANY))
    .option('--junit <file>', 'also write JUnit XML')
    .option('--html <file>', 'also write an HTML report')
    .option(
      '--record',
      'record the result in the ledger, as evidence for promote (MONGODB_URI, LEGACY_VERSION, LAMBDA_VERSION)',
    )
    .allowExcessArguments()
    .action(async (flags: RunFlags, command: Command) => {
      refuseArguments(command, parity);
      for (const file of [flags.junit, flags.html]) checkFolder(file);
      const project = projectOf(flags, io);
      const isTerminal = io.isTerminal === true;
      const color = wantsColor({ env: io.env, isTerminal });
      const { run, database } = await runProject(project, flags, {
        now: io.now,
        startProgress: (cases) => createProgress({ write: io.writeError, isTerminal, color }, cases),
      });
      const compared = run.totals.cases - run.totals.skipped;
      if (flags.record === true && compared > 0) await recordRun(run, io, database);
      if (flags.junit !== undefined) writeText(flags.junit, toJUnit(run));
      if (flags.html !== undefined) writeText(flags.html, toHtml(run));
      const result = { text: describeRun(run, { color }), json: toJson(run) };
      if (compared > 0) {
        finish({ exitCode: isClean(run) ? EXIT.fine : EXIT.findings, ...result }, flags);
        return;
      }
      // Nothing differs, but nothing is shown either: a pipeline must not take it for a pass.
      const skips = run.routes.flatMap(({ cases }) => cases.map(({ name, reason = '' }) => ({ what: name, reason })));
      const message = `nothing was compared: ${describeNotRun([...skips, ...run.notRun])}`;
      io.writeError(`banyan: ${message}\n`);
      const error = { code: 'nothing_compared', messages: [message] };
      finish({ exitCode: EXIT.impossible, text: result.text, json: { ...result.json, error } }, flags);
    });

  parity.addHelpText('after', '\nThe default command is run. Its options: banyan parity run --help');

  withSides(parity.command('learn'))
    .description('Send every case to legacy several times and propose rules for whatever differs')
    .option('--times <count>', 'how often to repeat each request, over a second apart', wholeNumber(2, 100), 5)
    .option('--write', 'update the rules file instead of printing the change')
    .action(async (flags: LearnFlags) => {
      const { isNoisy, ...result } = await learnRules(projectOf(flags, io), flags, io.now);
      finish({ exitCode: isNoisy ? EXIT.findings : EXIT.fine, ...result }, flags);
    });

  addMutateCommand(parity, io, finish);
  addSampleCommand(parity, io, finish);

  withCommonOptions(parity.command('redact'))
    .description("Remove passwords, tokens, keys and cookies from a browser's recording, as the proxy's recorder does")
    .argument('<in.har>', 'HAR file exported by the browser')
    .argument('<out.har>', 'file to write')
    .option('--overwrite', 'replace an existing file')
    .addHelpText('after', '\nAlso removed: whatever parity.redact in banyan.config.ts names.')
    .action((input: string, output: string, flags: RedactFlags) => {
      const { banyan } = loadBanyanConfig(process.cwd(), flags.config);
      finish(
        { exitCode: EXIT.fine, ...redactHar({ input, output, overwrite: flags.overwrite === true, banyan }) },
        flags,
      );
    });
}

function projectOf(flags: RunFlags, { env }: CliIo): Project {
  return loadProject(flags, { env, routesFile: readProjectRoutes(env).file, local: readLocalSides(env) });
}

function withSides(command: Command): Command {
  return withCommonOptions(command)
    .option('--control <url>', 'the monolith (default: that of banyan dev, at LEGACY_PORT, 3001)')
    .option('--isolated', 'start both sides on copies of the data (parity.system); allows cases that write')
    .addOption(repeatable('--route <route>', 'only this route, by id or as GET /path', 'all'));
}

/** Before a run that may take long, rather than after it. */
function checkFolder(file: string | undefined): void {
  if (file === undefined) return;
  const folder = path.dirname(path.resolve(file));
  if (!existsSync(folder)) throw new BanyanError(`${file}: the folder ${folder} does not exist`, { code: 'usage' });
}

/** Since run is the default command, a mistyped command arrives as its argument. */
function refuseArguments({ args }: Command, parity: Command): void {
  const [first] = args;
  if (first === undefined) return;
  const names = parity.commands.map((command) => command.name()).join(', ');
  throw new BanyanError(
    `unknown command parity ${JSON.stringify(first)}; expected one of ${names} (run is the default, and takes only options)`,
    { code: 'usage' },
  );
}
