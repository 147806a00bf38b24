import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { BanyanError } from '../../../shared/errors';
import type { DatabaseKind } from '../../ledger/collections';
import { isClean, type ParityRun } from '../../../shared/parity/result';
import { EXIT, type CommandResult } from '../exit-codes';
import { loadBanyanConfig } from '../../../shared/config/load';
import type { CliIo } from '../program';
import { prepareSides, readText } from '../../parity/environment';
import { addedLines, findNoise, proposeRules } from '../../parity/learn';
import { describeNotRun, planRun, planSuites } from '../../parity/plan-run';
import { loadProject, type RunFlags } from '../../parity/project';
import { redactHar } from '../../parity/redact-har';
import { createProgress, describeRun, toHtml, toJson, toJUnit, wantsColor } from '../../parity/report';
import { runCases } from '../../parity/run';
import { recordRun } from '../../parity/record-run';

interface RedactFlags {
  readonly json?: boolean;
  readonly config?: string;
  readonly overwrite?: boolean;
}

type Finish = (result: CommandResult, options: { readonly json?: boolean }) => void;

const LEARNED_RULES_LIVE = 90 * 86_400_000;

/** Adds `banyan parity` to the program. */
export function addParityCommand(program: Command, io: CliIo, finish: Finish): void {
  const parity = program.command('parity').description('Compare what legacy and Lambda answer to the same requests');

  withSides(parity.command('run', { isDefault: true }))
    .description('Send every case to both sides and tell every difference that a client could see')
    .option('--candidate <url>', 'API Gateway with its stage; default: that of npm start')
    .option('--direct', 'compare the candidate itself, not through a proxy with every route on lambda')
    .option('--har <file>', 'replay a recording instead of the suites')
    .option(
      '--session <placeholder=identity>',
      'whose session a recorded one is, or none=identity; can be repeated',
      collect,
      [],
    )
    .option('--generate <count>', 'also run this many generated variations of the cases', readNumber('--generate'), 0)
    .option('--seed <number>', 'the same seed generates the same cases (default: 1)', readNumber('--seed'))
    .option('--junit <file>', 'also write JUnit XML')
    .option('--html <file>', 'also write a page to look at')
    .option(
      '--record',
      'also keep the result in the ledger, as evidence for promote (MONGODB_URI, LEGACY_VERSION, LAMBDA_VERSION)',
    )
    .allowExcessArguments()
    .action(async (flags: RunFlags, command: Command) => {
      refuseArguments(command, parity);
      for (const file of [flags.junit, flags.html]) checkFolder(file);
      const { run, color, database } = await runParity(flags, io);
      const compared = run.totals.cases - run.totals.skipped;
      if (flags.record === true && compared > 0) await recordRun(run, io, database);
      if (flags.junit !== undefined) writeReport(flags.junit, toJUnit(run));
      if (flags.html !== undefined) writeReport(flags.html, toHtml(run));
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

  parity.addHelpText('after', '\nWithout a command it is run: banyan parity run --help tells its options.');

  withSides(parity.command('learn'))
    .description('Send every case to legacy twice and propose rules for what differs by itself')
    .option('--write', 'change the rules file; otherwise the change is printed')
    .action(async (flags: RunFlags) => finish(await learn(flags, io), flags));

  parity
    .command('redact')
    .description("Take passwords, tokens, keys and cookies out of a browser's recording, as the proxy's recorder does")
    .argument('<in.har>', 'what the browser exported')
    .argument('<out.har>', 'where to write it redacted')
    .option('--overwrite', 'write over a file that is there')
    .option('--json', 'print JSON instead of text')
    .option('--config <file>', 'another banyan.config.ts')
    .addHelpText('after', '\nMore than that is removed where parity.redact of banyan.config.ts says so.')
    .action((input: string, output: string, flags: RedactFlags) => {
      const { banyan } = loadBanyanConfig(process.cwd(), flags.config);
      finish(redactHar({ input, output, overwrite: flags.overwrite === true, banyan }), flags);
    });
}

/** Runs the suites, or replays a recording. */
async function runParity(
  flags: RunFlags,
  io: CliIo,
): Promise<{ run: ParityRun; color: boolean; database: DatabaseKind | undefined }> {
  const project = loadProject(flags, io);
  const { suites, routes, rules } = project;
  const isTerminal = io.isTerminal === true;
  const color = wantsColor(io.env, isTerminal);
  const { cases, ...rest } = planRun(flags, project);
  const ready = await prepareSides(project.sides, suites);
  const progress = createProgress({ write: io.writeError, isTerminal, color }, cases.length);
  try {
    const run = await runCases(cases, {
      context: ready.context,
      sides: ready.sides,
      rules,
      routes,
      now: io.now,
      ...rest,
      onResult(result, route, done, total) {
        progress.caseDone(route, result);
        if (done === total || cases[done]?.route !== route) progress.routeDone(route);
      },
    });
    return { run, color, database: ready.database };
  } finally {
    progress.finish();
    await ready.close();
  }
}

async function learn(flags: RunFlags, io: CliIo): Promise<CommandResult> {
  const project = loadProject(flags, io);
  const { suites, rules, routes, rulesFile } = project;
  const { cases } = planSuites({ ...flags, generate: 0 }, project);
  const ready = await prepareSides({ ...project.sides, twice: true }, suites);
  try {
    const sides = ready.sides;
    const run = await runCases(cases, {
      context: ready.context,
      sides,
      rules,
      routes,
      complete: 'nothing',
      now: io.now,
    });
    const { noise, unlearnable } = findNoise(run);
    const sent = run.totals.cases - run.totals.skipped;
    const why = new Set(
      run.routes.flatMap(({ cases: ran }) =>
        ran.flatMap(({ verdict, reason }) => (verdict === 'skipped' ? [reason] : [])),
      ),
    );
    const expires = new Date(io.now().getTime() + LEARNED_RULES_LIVE).toISOString().slice(0, 10);
    const before = readText(rulesFile, 'parity.rules');
    const after = proposeRules(before, noise, expires);
    if (flags.write === true && noise.length > 0) writeFileSync(rulesFile, after);
    const lines = [
      `${sent} ${sent === 1 ? 'case was' : 'cases were'} sent to legacy twice${run.totals.skipped === 0 ? '.' : `, ${run.totals.skipped} skipped: ${[...why].join('; ')}.`}`,
      ...unlearnable.map(({ route, path: at, why }) => `No rule can cover ${route} ${at} (${why}).`),
      ...(sent === 0
        ? ['Nothing can be said of legacy.']
        : noise.length === 0
          ? ['Nothing differs by itself: no rule is needed.']
          : [
              flags.write === true
                ? `Written to ${rulesFile}; give each rule a reason and an owner:`
                : `Add to ${rulesFile} (or use --write), and give each rule a reason and an owner:`,
              addedLines(before, after),
            ]),
    ];
    return {
      exitCode: noise.length === 0 && unlearnable.length === 0 ? EXIT.fine : EXIT.findings,
      text: `${lines.join('\n')}\n`,
      json: { noise, unlearnable, cases: run.totals.cases },
    };
  } finally {
    await ready.close();
  }
}

function withSides(command: Command): Command {
  return command
    .option('--json', 'print JSON instead of text')
    .option('--config <file>', 'another banyan.config.ts')
    .option('--control <url>', 'the monolith; default: that of npm start')
    .option('--isolated', 'start both sides on data of their own (parity.system); also cases that write')
    .option('--route <route>', 'only this one, by id or as GET /path; can be repeated', collect, []);
}

function readNumber(option: string): (text: string) => number {
  return (text) => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new BanyanError(`${option} is ${JSON.stringify(text)}; expected a whole number`, { code: 'usage' });
  };
}

/** Before a run that may take long, rather than after it. */
function checkFolder(file: string | undefined): void {
  if (file === undefined) return;
  const folder = path.dirname(path.resolve(file));
  if (!existsSync(folder)) throw new BanyanError(`${file}: the folder ${folder} does not exist`, { code: 'usage' });
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new BanyanError(`${file} cannot be written; check the path`, { code: 'file_unwritable', cause: error });
  }
}

/** Since run is what parity does by itself, a mistyped command arrives as its argument. */
function refuseArguments({ args }: Command, parity: Command): void {
  const [first] = args;
  if (first === undefined) return;
  const names = parity.commands.map((command) => command.name()).join(', ');
  throw new BanyanError(
    `unknown command parity ${JSON.stringify(first)}; expected one of ${names} (run by default, which takes only options)`,
    { code: 'usage' },
  );
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
