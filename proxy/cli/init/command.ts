import { InvalidArgumentError, type Command } from 'commander';
import path from 'node:path';
import { DEFAULT_CONFIG } from '../../../shared/config/default-config';
import { MAX_TRUSTED_HOPS } from '../../../shared/config/define-config';
import { findBanyanConfig } from '../../../shared/config/load';
import { placesOf } from '../../../shared/config/places';
import { readDotEnv } from '../../../shared/dot-env';
import { BanyanError } from '../../../shared/errors';
import type { CliIo, Finish } from '../cli-io';
import { readPort, wholeNumber, withJson } from '../options';
import { EXIT, type CommandResult } from '../exit-codes';
import { applyChanges, readIfThere, type Change } from '../scaffold/changes';
import { dialectOf } from '../scaffold/dialect';
import { chooseConfig } from './choose-config';
import { configSource, variableOf } from './config-source';
import { describeSetup, likelyHops, nodeEnvWarnings, warningsOf } from './describe-setup';
import { examine, type Examined, type InitOptions } from './examine';
import { nodeEnvOf } from './find-entry';
import { nextCommands } from './next-commands';
import { missingPeers, parseManifest, withDevDependencies, type Manifest } from './peers';
import { planFiles, type FilePlan } from './plan-files';
import { questionsTo, type Questions } from './questions';
import { rulesSource } from './rules-source';
import { runDoctor } from './run-doctor';
import { serverlessSource } from './serverless-source';

/** Adds `banyan init`. */
export function addInitCommand(program: Command, io: CliIo, finish: Finish): void {
  withJson(program.command('init'))
    .description(
      "Detect how the monolith configures Express, express-session, its store and passport, and write the project's files",
    )
    .option('--entry <file>', 'module that starts or exports the app (app.js#createApp); default: from package.json')
    .option(
      '--url <url>',
      'where the monolith runs; without --entry its code is not examined: enough for the proxy alone',
      readUrl,
    )
    .option('--port <number>', 'which app, if several listen', readPort)
    .option('--connect', 'let the app reach the network, its own MongoDB included')
    .option(
      '--trusted-hops <number>',
      'how many load balancers, CDNs and other proxies are in front of the app',
      wholeNumber(0, MAX_TRUSTED_HOPS),
    )
    .option('--no-dev-dependencies', 'do not add the packages for packaging and the local system to package.json')
    .option('--yes', 'accept every suggestion; existing files stay unchanged')
    .option('--replace', 'replace an existing banyan.config without asking; the old one is kept as .bak')
    .addHelpText(
      'after',
      `
The app starts in a separate process that opens no port and reaches only an empty MongoDB. Variables are written and printed by name,
never by value. Either all files are written, at the end, or none. It is safe to run again.
Variables: those of the app, from the environment or the .env next to its package.json`,
    )
    .action(async (options: InitOptions) => finish(await init(options, io), options));
}

async function init(options: InitOptions, io: CliIo): Promise<CommandResult> {
  const say = (text: string): void => {
    if (options.json !== true) io.write(text);
  };
  const questions = questionsTo(io, options);
  const manifestText = readManifest(options);
  const manifest = parseManifest(manifestText ?? '{}');
  const existing = findBanyanConfig(process.cwd());
  const dotEnv = readDotEnv(process.cwd());
  const examined = await examine(options, { manifest, known: existing?.banyan.app, env: io.env });
  const { inventory, app, foundBy } = examined;
  if (inventory !== undefined) say(describeSetup(inventory, `${app} (by ${foundBy})`));

  const trustedHops = options.trustedHops ?? existing?.banyan.trustedHops ?? (await askHops(questions, examined));
  const warnings =
    inventory === undefined ? [] : [...warningsOf(inventory, trustedHops), ...nodeEnvWarnings(nodeEnvOf(manifest))];
  say(`\ntrustedHops: ${trustedHops}, the proxies in front of the app\n`);
  if (warnings.length > 0) say(`\nTo know or to do:\n${warnings.map((line) => `  ${line}\n`).join('')}`);

  const configFile =
    existing === undefined
      ? `banyan.config.${isTypeScript(manifest) ? 'ts' : 'js'}`
      : path.relative(process.cwd(), existing.file);
  const config = await chooseConfig(configFile, newConfig(configFile, examined, { trustedHops, manifest }), {
    options,
    questions,
    say,
  });
  const peers =
    options.devDependencies && manifestText !== undefined ? missingPeers(manifest) : new Map<string, string>();
  const addsPeers =
    peers.size > 0 &&
    (await questions.confirm(
      `\nAdd to devDependencies, for packaging and the local system: ${[...peers.keys()].join(', ')}?`,
      'yes',
    ));

  const plan = planFiles({
    configFile,
    config: config.text,
    dialect: dialectOf(path.resolve(configFile)),
    places: placesOf(existing?.banyan ?? DEFAULT_CONFIG, process.cwd()),
    rules: rulesSource(inventory?.setup, io.now()),
    serverless: newServerless(manifest, examined, Object.keys(dotEnv)),
    manifest:
      addsPeers && manifestText !== undefined
        ? { file: 'package.json', text: withDevDependencies(manifestText, peers) }
        : undefined,
  });
  const changes = [...plan.changes, ...config.backup];
  if (changes.length > 0) {
    say(`\n${describePlan(changes, plan)}`);
    if (!(await questions.confirm('Write them?', 'yes')))
      return { exitCode: EXIT.refused, text: 'Nothing was written.\n', json: { written: [] } };
    applyChanges(changes);
  } else say('\nNothing to write: every file is up to date.\n');

  const doctor = await runDoctor(examined, { ...dotEnv, ...io.env }, io.now());
  say(`\nsession doctor:\n${doctor.text}`);
  const next = nextCommands({ examined, addsPeers, url: options.url });
  return {
    // What the doctor finds is about the store, which may be empty here.
    exitCode: EXIT.fine,
    text: `\nNext:\n${next.map((line) => `  ${line}\n`).join('')}`,
    json: {
      app,
      trustedHops,
      setup: inventory?.setup,
      warnings,
      written: changes.map(({ file }) => file),
      kept: plan.kept,
      doctor: doctor.json,
      next,
    },
  };
}

/** The proxy alone needs no package. */
function readManifest({ url, entry }: InitOptions): string | undefined {
  const text = readIfThere('package.json');
  if (text !== undefined || (url !== undefined && entry === undefined)) return text;
  throw new BanyanError(
    `no package.json in ${process.cwd()}; run banyan init in the root of the monolith's repository`,
    {
      code: 'no_package_json',
    },
  );
}

function askHops(questions: Questions, { inventory }: Examined): Promise<number> {
  const suggested = likelyHops(inventory?.setup);
  const why =
    inventory === undefined
      ? 'Usually one.'
      : `Its trust proxy is ${String(inventory.setup?.trustProxy)}, which suggests ${suggested}.`;
  return questions.hops(suggested, why);
}

const isTypeScript = ({ dependencies = {}, devDependencies = {} }: Manifest): boolean =>
  readIfThere('tsconfig.json') !== undefined ||
  [dependencies, devDependencies].some((packages) => Object.hasOwn(packages, 'typescript'));

function newConfig(
  configFile: string,
  { app, inventory, cookieName }: Examined,
  { trustedHops, manifest }: { readonly trustedHops: number; readonly manifest: Manifest },
): string {
  const { setup, routes = [] } = inventory ?? {};
  const seed = manifest.scripts !== undefined && Object.hasOwn(manifest.scripts, 'seed') ? 'npm run seed' : undefined;
  return configSource(dialectOf(path.resolve(configFile)), { app, trustedHops, setup, cookieName, routes, seed });
}

function newServerless(manifest: Manifest, { inventory }: Examined, inDotEnv: readonly string[]): string {
  const { name = '' } = manifest;
  const { setup, variables = [] } = inventory ?? {};
  const session = setup?.sessions[0];
  const encryption = session?.store.encryption;
  const isSet = (wanted: boolean): string[] => variables.filter((one) => one.isSet === wanted).map((one) => one.name);
  const service = name
    .replace(/^@[^/]*\//, '')
    .replace(/[^a-zA-Z0-9-]+/g, '-')
    .replace(/^[^a-zA-Z]+|-+$/g, '');
  return serverlessSource({
    service: service || 'app',
    nodeEnv: nodeEnvOf(manifest) ?? 'production',
    databaseVariable: setup?.databaseVariables[0] ?? 'MONGODB_URI',
    secretVariables: [
      variableOf(session?.secret, 'SESSION_SECRET'),
      ...(encryption === undefined ? [] : [variableOf(encryption.secret, 'SESSION_ENCRYPTION_SECRET')]),
    ],
    variables: [...new Set([...isSet(true), ...inDotEnv])].sort(),
    unset: isSet(false).sort(),
  });
}

function describePlan(changes: readonly Change[], { kept }: FilePlan): string {
  const lines = [
    ...changes.map(({ file, before }) => `${before === undefined ? 'new     ' : 'changed '} ${file}`),
    ...kept.map((file) => `kept     ${file}`),
  ];
  return `Files:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function readUrl(text: string): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new InvalidArgumentError('expected a URL such as http://127.0.0.1:3000');
}
