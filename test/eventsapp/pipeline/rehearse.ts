import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { zipSync } from 'fflate';
import { parse } from 'yaml';
import type { Environment } from 'banyan-strangler/lambda';
import { codeHashes, releaseOf } from './artefact';
import { readOrder, runBuildspec, type RanCommand } from './buildspec';
import { startStandIn, type StandIn } from './stand-in';

/** What a rehearsal may break. */
export const BREAKS = ['missing-secret', 'prod-smoke'] as const;
export type Break = (typeof BREAKS)[number];

interface RehearsalOptions {
  readonly fault?: Break | undefined;
  /** The first command of the build that is run. */
  readonly from?: string | undefined;
}

const ROOT = path.join(__dirname, '../../..');
const BUILT = path.join(ROOT, '.artefact');
/** Below the project, so that functions find the AWS SDK, which Lambda's runtime brings along; packages are not looked at for changes. */
const WORK = path.join(ROOT, '.rehearsal');
const SECOND = 1_000;

/**
 * Runs the pipeline's buildspecs on this machine, in order, against a stand-in for each stage, and prints what each command does.
 *
 * @returns true when all went as it must: green, or with a fault as the pipeline is meant to take it
 */
export async function rehearse({ fault, from }: RehearsalOptions): Promise<boolean> {
  const rehearsal = new Rehearsal();
  const stop = (): void => rehearsal.controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    if (fault === undefined) return await rehearsal.green(from);
    if (!isCurrent() && !(await rehearsal.build('build'))) return false;
    return fault === 'missing-secret' ? await rehearsal.missingSecret() : await rehearsal.prodSmoke();
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await rehearsal.close();
  }
}

class Rehearsal {
  readonly controller = new AbortController();
  private readonly began = performance.now();
  private readonly stages = new Map<string, StandIn>();
  private readonly order = readOrder();

  /** Build, then each stage, and the same code in all of them. */
  async green(from: string | undefined): Promise<boolean> {
    if (!(await this.build(from))) return false;
    for (const stage of ['test', 'staging', 'prod']) {
      if (stage === 'prod') this.say('approval', 'given: a person approves here, asked by SNS');
      if (!(await this.runStage(stage, BUILT))) return false;
    }
    const releases = [...this.stages].map(
      ([name, { account }]) => `${name} ${releaseOf(runs(account.functions ?? {}, name))}`,
    );
    this.say('releases', releases.join(', '));
    const all = new Set(releases.map((text) => text.split(' ')[1]));
    return this.verdict(all.size === 1, `green, the code hashes are the same in ${releases.length} stages`);
  }

  async missingSecret(): Promise<boolean> {
    const stand = await this.stage('prod');
    delete stand.account.secrets['banyan/prod/session-secret'];
    let why = '';
    await this.runStage('prod', BUILT, ({ output }) => {
      why = output;
    });
    const isWhy = why.includes('1 fault: do not deploy') && why.includes('has no secret banyan/prod/session-secret');
    return this.verdict(isWhy && stand.deployments === 0, 'a missing secret stops prod before anything is deployed');
  }

  /** A release whose authorizer takes no one’s session, as with another secret: no 5xx, and legacy is asked for no one who writes. */
  async prodSmoke(): Promise<boolean> {
    const stand = await this.stage('prod');
    await stand.deploy(BUILT);
    this.say('prod', `runs the previous release, ${releaseOf(codeHashes(BUILT))}`);
    const token = stand.token();
    const status = () => statusOf(stand, token);
    const before = await status();

    const broken = brokenRelease();
    this.say('prod', `the release to come is ${releaseOf(codeHashes(broken))}; its authorizer takes no session`);
    const deployed = stand.deployments + 1;
    let onceDeployed = 0;
    let returned = Promise.resolve(false);
    const passed = await this.runStage('prod', broken, async ({ command }) => {
      if (!command.includes('-- smoke')) return;
      onceDeployed = await status();
      // Looked at from outside while the step runs.
      returned = this.routesReturn(async () => (await status()) === before && stand.deployments === deployed);
    });
    const routesFirst = !passed && before === 403 && onceDeployed === 401 && (await returned);
    this.say(
      'prod',
      `a member’s POST /api/events (only organisers may): ${before}, ${onceDeployed} with the new release`,
    );

    this.say('roll back', 'started by EventBridge, because smoke tests of prod did not succeed');
    const { env } = stand;
    const rolledBack = await this.runBuild('prod', 'roll-back', env, () => false);
    this.say('roll back', 'CodePipeline runs the stage again, with the artefact that passed it last');
    const healed = await this.runStage('prod', BUILT);
    return this.verdict(
      routesFirst && rolledBack && healed && stand.deployments === deployed + 1,
      'routes went back first, then the previous artefact; they return by "banyan kill-switch off"',
    );
  }

  /** Prints the seconds from now until routes are on legacy; false when they are not within a minute. */
  private async routesReturn(onLegacy: () => Promise<boolean>): Promise<boolean> {
    const began = performance.now();
    const seconds = () => (performance.now() - began) / SECOND;
    while (!(await onLegacy())) {
      if (seconds() > 60 || this.controller.signal.aborted) return false;
      await sleep(100);
    }
    this.say(
      'prod',
      `routes on legacy ${seconds().toFixed(1)} s after smoke tests failed; nothing has been deployed since`,
    );
    return true;
  }

  /** The build's own buildspec. `from`: commands before the first that holds it are not run. */
  build(from: string | undefined): Promise<boolean> {
    const wanted = from === 'package' ? 'build' : from;
    let reached = wanted === undefined;
    return this.runBuild('build', 'build', {}, (command) => {
      reached ||= command.endsWith(`-- ${wanted ?? ''}`) || command.endsWith(`run ${wanted ?? ''}`);
      return !reached;
    });
  }

  private async runStage(
    name: string,
    folder: string,
    onFailure?: (ran: RanCommand) => void | Promise<void>,
  ): Promise<boolean> {
    const { env } = await this.stage(name);
    const own = { ...env, CODEBUILD_SRC_DIR_package: folder };
    for (const buildspec of this.order[name] ?? []) {
      const onCommand = async (ran: RanCommand): Promise<void> => {
        if (ran.exitCode !== 0) await onFailure?.(ran);
      };
      if (!(await this.runBuild(name, buildspec, own, () => false, onCommand))) return false;
    }
    return true;
  }

  private runBuild(
    stage: string,
    buildspec: string,
    env: Environment,
    skip: (command: string) => boolean,
    onCommand: (ran: RanCommand) => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    return runBuildspec(buildspec, {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1', ...env },
      cwd: ROOT,
      signal: this.controller.signal,
      skip: (command) => {
        // This machine has the packages; npm ci would take them away from whatever else runs here.
        const isSkipped = command.startsWith('npm ci') || skip(command);
        if (isSkipped && !command.startsWith('npm ci')) this.say(`${stage} ${buildspec}`, `${command}: not run again`);
        return isSkipped;
      },
      onCommand: async (ran) => {
        const lines = ran.output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('> '));
        const mark = ran.exitCode === 0 ? 'ok' : `exit code ${ran.exitCode}`;
        this.say(`${stage} ${buildspec}`, `${ran.command}: ${mark} (${ran.seconds.toFixed(1)} s)`);
        for (const line of lines.slice(ran.exitCode === 0 ? -1 : -15)) process.stdout.write(`        ${line}\n`);
        await onCommand(ran);
      },
    });
  }

  private async stage(name: string): Promise<StandIn> {
    const known = this.stages.get(name);
    if (known !== undefined) return known;
    const made = await startStandIn(name, path.join(WORK, name));
    this.stages.set(name, made);
    return made;
  }

  private say(where: string, text: string): void {
    const seconds = ((performance.now() - this.began) / SECOND).toFixed(0).padStart(4);
    process.stdout.write(`${seconds} s  ${where.padEnd(24)}  ${text}\n`);
  }

  private verdict(isAsMeant: boolean, text: string): boolean {
    this.say('rehearsal', `${isAsMeant ? 'as it must be' : 'NOT AS IT MUST BE'}: ${text}`);
    return isAsMeant;
  }

  async close(): Promise<void> {
    for (const stand of [...this.stages.values()].reverse()) await stand.close();
    rmSync(WORK, { recursive: true, force: true });
  }
}

/** Whether the last rehearsal's artefact has the functions of serverless.yml; their code may be older. */
function isCurrent(): boolean {
  if (!existsSync(BUILT)) return false;
  const { functions } = parse(readFileSync(path.join(ROOT, 'serverless.yml'), 'utf8')) as {
    readonly functions: object;
  };
  const built = [...codeHashes(BUILT).keys()].sort();
  return isDeepStrictEqual(built, Object.keys(functions).sort());
}

/** Hashes by function, without the stage's prefix. */
function runs(functions: Readonly<Record<string, string>>, stage: string): ReadonlyMap<string, string> {
  return new Map(Object.entries(functions).map(([name, hash]) => [name.replace(`banyan-${stage}-`, ''), hash]));
}

/** As it was built, but for an authorizer that knows no one. */
function brokenRelease(): string {
  const folder = path.join(WORK, 'broken');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(BUILT, folder, { recursive: true });
  const code = 'exports.handler = async () => { throw new Error("Unauthorized"); };';
  writeFileSync(
    path.join(folder, 'authorizer.zip'),
    zipSync({ 'lambda/eventsapp/authorizer.js': new TextEncoder().encode(code) }),
  );
  return folder;
}

async function statusOf(stand: StandIn, token: string): Promise<number> {
  const { status } = await fetch(`${stand.system()?.proxy.url ?? ''}/api/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return status;
}
