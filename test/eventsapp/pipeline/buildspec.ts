import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Environment } from 'banyan-strangler/lambda';

export const BUILDSPECS = path.join(__dirname, '../../../lambda/infrastructure/buildspecs');
const PHASES = ['install', 'pre_build', 'build', 'post_build'] as const;

const Phase = z.strictObject({
  'runtime-versions': z.record(z.string(), z.number()).optional(),
  commands: z.array(z.string()),
});
const Buildspec = z.strictObject({
  version: z.literal(0.2),
  env: z.strictObject({ variables: z.record(z.string(), z.string()) }).optional(),
  phases: z.strictObject(Object.fromEntries(PHASES.map((name) => [name, Phase.optional()]))),
  artifacts: z.strictObject({ 'base-directory': z.string().optional(), files: z.array(z.string()) }).optional(),
  cache: z.strictObject({ paths: z.array(z.string()) }).optional(),
});

/** Reads a buildspec by its name. Throws ZodError for what the rehearsal would not run as CodeBuild does. */
export function readBuildspec(name: string): z.infer<typeof Buildspec> {
  return Buildspec.parse(parse(readFileSync(path.join(BUILDSPECS, `${name}.yml`), 'utf8')));
}

/** The stages of the pipeline with their buildspecs, in order: what the stacks of lambda/infrastructure are made from as well. */
export function readOrder(): Readonly<Record<string, readonly string[]>> {
  const text = readFileSync(path.join(BUILDSPECS, 'order.json'), 'utf8');
  return z.record(z.string(), z.array(z.string())).parse(JSON.parse(text));
}

/** A command that a build has run. */
export interface RanCommand {
  readonly phase: string;
  readonly command: string;
  readonly exitCode: number;
  readonly seconds: number;
  readonly output: string;
}

interface BuildOptions {
  readonly env: Environment;
  readonly cwd: string;
  /** Ends the command that runs. */
  readonly signal: AbortSignal;
  /** A command that is not run, and counts as done. */
  readonly skip?: (command: string) => boolean;
  readonly onCommand: (ran: RanCommand) => Promise<void>;
}

/**
 * Runs a buildspec as CodeBuild does: phases in order, commands by a shell; a failed build phase still gets its post_build, which learns of it by
 * `CODEBUILD_BUILD_SUCCEEDING`. True when every command has succeeded.
 *
 * @see https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
 */
export async function runBuildspec(name: string, options: BuildOptions): Promise<boolean> {
  const { env: own, phases } = readBuildspec(name);
  let succeeding = true;
  for (const phase of PHASES) {
    if (!succeeding && phase !== 'post_build') return false;
    for (const command of phases[phase]?.commands ?? []) {
      if (options.signal.aborted) return false;
      if (options.skip?.(command) === true) continue;
      const env = { ...own?.variables, ...options.env, CODEBUILD_BUILD_SUCCEEDING: succeeding ? '1' : '0' };
      const ran = await runCommand(phase, command, { ...options, env });
      await options.onCommand(ran);
      if (ran.exitCode === 0) continue;
      succeeding = false;
      break;
    }
    // Only a build that has begun is cleaned up after.
    if (!succeeding && phase !== 'build' && phase !== 'post_build') return false;
  }
  return succeeding;
}

function runCommand(phase: string, command: string, { env, cwd, signal }: BuildOptions): Promise<RanCommand> {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', command], { cwd, env: { ...env }, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const end = (exitCode: number) =>
      resolve({ phase, command, exitCode, output, seconds: (performance.now() - began) / 1000 });
    child.on('error', (error) => {
      output += error.message;
      end(1);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}
