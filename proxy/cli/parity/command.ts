import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { BanyanError } from '../../../shared/errors';
import { parseHar } from '../../../shared/parity/har/parse-har';
import { isClean, type ParityRun } from '../../../shared/parity/result';
import { parseRules } from '../../../shared/parity/rules-file';
import { parseRouteTable } from '../../route-table/load';
import { readLocalSides, readRoutesFile } from '../config';
import { EXIT, type CommandResult } from '../exit-codes';
import { loadBanyanConfig } from '../load-banyan-config';
import type { CliIo } from '../program';
import { prepareSides, readText, type SidesOptions } from './environment';
import { addedLines, findNoise, proposeRules } from './learn';
import { loadSuites } from './load-cases';
import { planCases } from './plan';
import { redactHar } from './redact-har';
import { planReplay, readSessionOption } from './replay-har';
import { createProgress, describeRun, toHtml, toJUnit, wantsColor } from './report';
import { runCases, type PlannedCase, type RunOptions } from './run';
import { recordRun } from './record-run';

interface RunFlags {
  readonly json?: boolean;
  readonly config?: string;
  readonly control?: string;
  readonly candidate?: string;
  readonly direct?: boolean;
  readonly isolated?: boolean;
  readonly route?: string;
  readonly har?: string;
  readonly session: readonly string[];
  readonly generate: number;
  readonly seed: number;
  readonly junit?: string;
  readonly html?: string;
  readonly write?: boolean;
  readonly record?: boolean;
}

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
    .option('--session <placeholder=identity>', 'whose session a recorded one is; can be repeated', collect, [])
    .option('--generate <count>', 'also run this many generated variations of the cases', readNumber('--generate'), 0)
    .option('--seed <number>', 'the same seed generates the same cases', readNumber('--seed'), 1)
    .option('--junit <file>', 'also write JUnit XML')
    .option('--html <file>', 'also write a page to look at')
    .option(
      '--record',
      'also keep the result in the ledger, as evidence for promote (MONGODB_URI, LEGACY_VERSION, LAMBDA_VERSION)',
    )
    .action(async (flags: RunFlags) => {
      for (const file of [flags.junit, flags.html]) checkFolder(file);
      const { run, color } = await runParity(flags, io);
      if (flags.record === true) await recordRun(run, io);
      if (flags.junit !== undefined) writeReport(flags.junit, toJUnit(run));
      if (flags.html !== undefined) writeReport(flags.html, toHtml(run));
      const exitCode = isClean(run) ? EXIT.fine : EXIT.findings;
      finish({ exitCode, text: describeRun(run, { color }), json: run }, flags);
    });

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
    .option('--config <file>', 'another banyan.config.ts (or its compiled form)')
    .addHelpText('after', '\nMore than that is removed where parity.redact of banyan.config.ts says so.')
    .action((input: string, output: string, flags: RedactFlags) => {
      const { banyan } = loadBanyanConfig(flags.config);
      finish(redactHar({ input, output, overwrite: flags.overwrite === true, banyan }), flags);
    });
}

/** Runs the suites, or replays a recording. */
async function runParity(flags: RunFlags, io: CliIo): Promise<{ run: ParityRun; color: boolean }> {
  const project = loadProject(flags, io);
  const { suites, routes, rules } = project;
  const isTerminal = io.isTerminal === true;
  const color = wantsColor(io.env, isTerminal);
  const { cases, ...rest } = flags.har === undefined ? fromSuites(flags, project) : fromHar(flags, flags.har, project);
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
    return { run, color };
  } finally {
    progress.finish();
    await ready.close();
  }
}

type Plan = Pick<RunOptions, 'complete' | 'isSequence' | 'seed' | 'notRun'> & {
  readonly cases: readonly PlannedCase[];
};

function fromSuites({ route, generate, seed, isolated = false }: RunFlags, project: Project): Plan {
  const identities = Object.keys(project.banyan.parity.identities);
  const cases = planCases(project.suites, { route, generate, seed, identities, isolated, routes: project.routes });
  const complete = !isolated ? 'nothing' : route === undefined ? 'all routes' : 'the routes of these cases';
  return { cases, complete, ...(generate > 0 && { seed }) };
}

function fromHar({ session, isolated = false }: RunFlags, file: string, { banyan, routeOf }: Project): Plan {
  const name = path.basename(file);
  const { har, repaired } = parseHar(readText(file, '--har'), name);
  const identities = Object.keys(banyan.parity.identities);
  const sessions = new Map(session.map((text) => readSessionOption(text, identities)));
  const { cases, notRun } = planReplay(har, { banyan, file: name, routeOf, sessions });
  const broken = repaired ? [{ what: name, reason: 'the recording broke off; what is complete was kept' }] : [];
  // In between, requests that write are skipped unless each side has its own data; then nothing follows from them.
  return { cases, notRun: [...broken, ...notRun], complete: 'nothing', isSequence: isolated };
}

async function learn(flags: RunFlags, io: CliIo): Promise<CommandResult> {
  const project = loadProject(flags, io);
  const { suites, rules, routes, rulesFile } = project;
  const { cases } = fromSuites({ ...flags, generate: 0 }, project);
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
      `${sent} cases were sent to legacy twice${run.totals.skipped === 0 ? '.' : `, ${run.totals.skipped} were skipped: ${[...why].join('; ')}.`}`,
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

type Project = ReturnType<typeof loadProject>;

/** Everything that is read before anything starts, so that its faults come first. */
function loadProject(flags: RunFlags, io: CliIo) {
  const { banyan, file } = loadBanyanConfig(flags.config);
  const root = path.dirname(file).replace(/([/\\])dist$/, '');
  const { cases = [], rules = 'test/parity/rules.yml' } = banyan.parity;
  const rulesFile = path.resolve(root, rules);
  const routesFile = readRoutesFile(io.env);
  const text = readText(routesFile, 'ROUTES_FILE');
  const { routes, match } = parseRouteTable(text, { file: routesFile, lambdaAvailable: true, cohortsAvailable: true });
  const named = routes.map(({ id, method, path: at }) => ({ id, name: `${method} ${at}` }));
  const local = readLocalSides(io.env);
  const sides: SidesOptions = {
    banyan,
    root,
    env: io.env,
    control: readUrl('--control', flags.control, local.control),
    candidate: readUrl('--candidate', flags.candidate, local.candidate),
    direct: flags.direct === true,
    isolated: flags.isolated === true,
    routes: text,
  };
  const suites = loadSuites(cases, root);
  const known = new Set([...named.flatMap(({ id, name }) => [id, name]), ...suites.map(({ route }) => route)]);
  const parsed = parseRules(readText(rulesFile, 'parity.rules'), rules);
  const unknown = parsed.filter(({ route }) => route !== '*' && !known.has(route));
  if (unknown.length > 0)
    throw new BanyanError(
      unknown
        .map(
          ({ place, route }) =>
            `${place} route ${JSON.stringify(route)} does not exist; use * or a route of the suites`,
        )
        .join('; '),
      { code: 'unknown_rule' },
    );
  return {
    banyan,
    suites,
    rules: parsed,
    rulesFile,
    routes: named,
    routeOf: (method: string, pathname: string): string | undefined => {
      const route = match(method, pathname);
      return route && `${route.method} ${route.path}`;
    },
    sides,
  };
}

function withSides(command: Command): Command {
  return command
    .option('--json', 'print JSON instead of text')
    .option('--config <file>', 'another banyan.config.ts (or its compiled form)')
    .option('--control <url>', 'the monolith; default: that of npm start')
    .option('--isolated', 'start both sides on data of their own (parity.system); also cases that write')
    .option('--route <route>', 'only this one, by id or as GET /path');
}

function readUrl(option: string, text: string | undefined, fallback: URL): URL {
  if (text === undefined) return fallback;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new BanyanError(`${option} is ${JSON.stringify(text)}; expected a URL such as ${fallback.href}`, {
    code: 'usage',
  });
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

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
