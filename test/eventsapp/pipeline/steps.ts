import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import type { Environment } from 'banyan-strangler/lambda';
import { codeHashes, differing, releaseOf } from './artefact';
import { allOnLambda } from './all-on-lambda';
import { asDeployer, deployedHashes, secretValue, stackOutputs } from './stage-account';
import { readOrder } from './buildspec';
import { envFile, outputVariables } from './outputs';
import { runInProxyTask } from './proxy-task';
import { rollBackStage } from './roll-back-stage';
import { runCommand, StepFailed } from './run-command';

const ROOT = path.join(__dirname, '../../..');
const inRoot = (...parts: string[]): string => path.join(ROOT, ...parts);
const cli = (...args: string[]): readonly string[] => ['--import', 'tsx', 'proxy/cli/main.ts', ...args];
const banyan = (args: readonly string[], env: Environment) => runCommand(process.execPath, cli(...args), env);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What a step of a buildspec is given. */
export interface StepOptions {
  readonly env: Environment;
  readonly stage: string;
  /** The folder that `build` has made. */
  readonly package?: string | undefined;
  readonly outputs?: string | undefined;
  /** Do nothing when what the build ran before has succeeded. */
  readonly 'after-smoke'?: boolean | undefined;
}

/** Packages once, for all stages: zips do not depend on one. */
export async function build({ env }: Pick<StepOptions, 'env'>): Promise<void> {
  await banyan(['package', '--stage', 'dev'], env);
  rmSync(inRoot('.artefact'), { recursive: true, force: true });
  cpSync(inRoot('.serverless'), inRoot('.artefact'), {
    recursive: true,
    filter: (file) => !/cloudformation-template/.test(file),
  });
  const hashes = codeHashes(inRoot('.artefact'));
  say(`release ${releaseOf(hashes)}: ${hashes.size} functions`);
}

/** Every secret of secrets.sample.env is known to serverless.yml, and the stage's account has all that a deployment needs. */
export async function configCheck({ env, stage }: StepOptions): Promise<void> {
  const sample = Object.entries(parseEnv(readFileSync(inRoot('secrets.sample.env'), 'utf8')));
  const declared = Object.keys(parse(readFileSync(inRoot('lambda/eventsapp/secrets.yml'), 'utf8')) as object);
  const faults = [
    ...sample
      .filter(([name]) => !declared.includes(name))
      .map(([name]) => `${name} is in no store: add it to lambda/eventsapp/secrets.yml`),
    ...sample
      .filter(([, value]) => value !== '')
      .map(([name]) => `${name} has a value in secrets.sample.env: secrets never go into git`),
    ...declared
      .filter((name) => !sample.some(([one]) => one === name))
      .map((name) => `${name} is missing in secrets.sample.env`),
  ];
  if (faults.length > 0) throw new StepFailed(faults.join('\n'));
  // Found missing after the deployment, it would roll that back.
  if (readOrder()[stage]?.some((buildspec) => buildspec.startsWith('smoke')) === true) await smokeToken({ env, stage });
  // The table that is in git, not the published one.
  await banyan(['check', '--stage', stage], { ...asDeployer(env), ROUTES_FILE: undefined });
}

/** Infrastructure, then the API from the zips that were built; then every function must run the code that was built. */
export async function deploy({ env, stage, package: folder }: StepOptions): Promise<void> {
  if (folder === undefined) throw new StepFailed('deploy needs --package <folder that "build" has made>');
  const wanted = codeHashes(folder);
  if (wanted.size === 0)
    throw new StepFailed(`${folder} holds no zips; expected what "npm run pipeline -- build" has made`);
  const as = asDeployer(env);
  const standIn = env['PIPELINE_STAND_IN'];
  if (standIn === undefined)
    await runCommand('npm', ['run', 'deploy', '--', '--stage', stage], { ...as, BANYAN_ZIPS: path.resolve(folder) });
  else await deployToStandIn(standIn, { env, stage, package: folder });
  // The SDK reads its credentials here: what runs is asked for as the deployer, too.
  Object.assign(process.env, as);
  const found = await deployedHashes(wanted.keys(), { prefix: `banyan-${stage}-`, region: regionOf(stage) });
  const others = differing(wanted, found);
  if (others.length > 0) throw new StepFailed(`${stage} runs other code than was built: ${others.join(', ')}`);
  say(`${stage} runs release ${releaseOf(found)}: the code hashes of ${found.size} functions are those of the build`);
}

/** The template is made as for AWS, with the zips promoted; what AWS would do with both, the rehearsal's stand-in does. */
async function deployToStandIn(url: string, { env, stage, package: folder = '' }: StepOptions): Promise<void> {
  const output = inRoot(`.serverless-${stage}`);
  try {
    await banyan(['package', '--stage', stage, '--zips', folder, '--output', output], env);
    const answer = await fetch(`${url}/deploy?folder=${encodeURIComponent(output)}`, { method: 'POST' });
    if (!answer.ok) throw new StepFailed(`the stand-in of ${stage} refused the deployment: ${await answer.text()}`);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** Writes what the stacks of a stage have put out to `.outputs/<stage>.env`, for tests. */
export async function exportOutputs({ env, stage }: StepOptions): Promise<void> {
  Object.assign(process.env, asDeployer(env));
  const region = regionOf(stage);
  const [network, infra, api, proxy] = await Promise.all(
    [`banyan-network-${stage}`, `banyan-infra-${stage}`, `banyan-${stage}`, `banyan-proxy-${stage}`].map((stack) =>
      stackOutputs(stack, region),
    ),
  );
  const none = new Map<string, string>();
  const variables = outputVariables({
    network: network ?? none,
    infra: infra ?? none,
    api: api ?? none,
    proxy: proxy ?? none,
  });
  if (variables['API_URL'] === undefined)
    throw new StepFailed(`stack banyan-${stage} has no ServiceEndpoint: has it been deployed?`);
  mkdirSync(inRoot('.outputs'), { recursive: true });
  writeFileSync(inRoot('.outputs', `${stage}.env`), envFile(variables));
  say(`${Object.keys(variables).length} outputs of ${stage} in .outputs/${stage}.env`);
}

/** The smoke tests of a stage, as the user whose session its store keeps for them. */
export async function smoke({ env, stage }: StepOptions): Promise<void> {
  const SMOKE_TOKEN = await smokeToken({ env, stage });
  await runCommand('npm', ['run', 'smoke', '--', '--outputs', `.outputs/${stage}.env`], { ...env, SMOKE_TOKEN });
}

async function smokeToken({ env, stage }: StepOptions): Promise<string> {
  Object.assign(process.env, asDeployer(env));
  const name = `banyan/${stage}/smoke-token`;
  const token = await secretValue(name, regionOf(stage));
  if (token !== undefined) return token;
  throw new StepFailed(
    `Secrets Manager has no value for ${name}: put in the token of a user who may only read (POST /api/auth/login)`,
  );
}

/** The route tests as a client of the stage: by way of its proxy, which has all routes on Lambda (`publish-routes`); people log in on the monolith. */
export async function e2e({ env, outputs = '' }: StepOptions): Promise<void> {
  const { PROXY_URL } = parseEnv(readFileSync(outputs, 'utf8'));
  if (PROXY_URL === undefined)
    throw new StepFailed(`${outputs} names no PROXY_URL: has the proxy of the stage been deployed?`);
  await runCommand('npm', ['run', 'test:routes'], { ...env, TEST_MODE: 'http', API_URL: PROXY_URL });
}

/**
 * Returns every listed route to legacy by the kill switch, in a task of the proxy: a build in the tools account has no way to a stage's MongoDB, which
 * holds what proxies follow.
 */
export async function rollBackRoutes({ env, stage, 'after-smoke': afterSmoke = false }: StepOptions): Promise<void> {
  if (afterSmoke && env['CODEBUILD_BUILD_SUCCEEDING'] === '1') {
    say('smoke tests passed: no route is rolled back');
    return;
  }
  const { PROXY_CLUSTER: cluster } = env;
  if (cluster === undefined) throw new StepFailed(`PROXY_CLUSTER must name the cluster of the proxies of ${stage}`);
  const began = performance.now();
  const why = `smoke tests of ${stage} did not pass after a deployment`;
  await runInProxyTask(cluster, ['banyan', 'kill-switch', 'on', '--reason', why, '--by', 'pipeline'], asDeployer(env));
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`all routes back on legacy in ${seconds} s; when the cause is known: banyan kill-switch off`);
}

/** Has `PIPELINE` run the stage again with what passed it last. */
export async function rollBackStageStep({ env, stage }: StepOptions): Promise<void> {
  const { PIPELINE: pipeline } = env;
  if (pipeline === undefined) throw new StepFailed(`PIPELINE must name the pipeline that deploys ${stage}`);
  say(await rollBackStage({ pipeline, stage }, env));
}

/** Checks the route table and puts it, or with `ROUTES=all-on-lambda` that, where the proxies look: `ROUTES_FILE`, an object of a versioned bucket. */
export async function publishRoutes({ env }: Pick<StepOptions, 'env'>): Promise<void> {
  const target = /^s3:\/\/([^/]+)\/(.+)$/.exec(env['ROUTES_FILE'] ?? '');
  if (target === null)
    throw new StepFailed('ROUTES_FILE must name the published table, such as s3://banyan-routes-prod/routes.yml');
  await banyan(['check'], { ...env, ROUTES_FILE: undefined });
  const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3');
  Object.assign(process.env, asDeployer(env));
  const [, Bucket, Key] = target;
  const file = readFileSync(inRoot('proxy/routes.yml'), 'utf8');
  const Body = env['ROUTES'] === 'all-on-lambda' ? allOnLambda(file) : file;
  const { VersionId } = await new S3Client({}).send(
    new PutObjectCommand({ Bucket, Key, Body, ContentType: 'application/yaml' }),
  );
  if (VersionId === undefined)
    throw new StepFailed(`${Bucket} keeps no versions: the table before this one is lost; turn versioning on`);
  say(`published as version ${VersionId}; proxies follow within a second or two (banyan status)`);
}

function regionOf(stage: string): string {
  const { region } = parse(readFileSync(inRoot(`lambda/eventsapp/stages/${stage}.yml`), 'utf8')) as {
    readonly region: string;
  };
  return region;
}
