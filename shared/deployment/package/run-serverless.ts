import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { devNull, tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

import type { Environment } from '../../env';
import { BanyanError } from '../../errors';

/** One run of the framework. */
export interface ServerlessRun {
  /** It is run in the folder of this file. */
  readonly serverlessFile: string;
  readonly stage: string;
  /** A folder; it is emptied first. */
  readonly output: string;
  /** Where the framework's own output goes. */
  readonly frameworkOutput: 'stderr' | 'ignore';
  /** Every AWS call goes here. */
  readonly awsUrl: string;
  /** A folder of zips that were packaged before and are taken as they are (lambda/deployment/promoted-zips.js). */
  readonly zips?: string | undefined;
  /** PATH and HOME are taken from it, nothing else. */
  readonly env: Environment;
}

/** Packaging takes seconds; a framework that hangs must not hang a pipeline. */
const TIMEOUT_MS = 120_000;

/** Runs `serverless package` so that it reaches `awsUrl` only: no profile, metadata or telemetry. Throws BanyanError when it fails. */
export async function runServerless(run: ServerlessRun): Promise<void> {
  const { serverlessFile, stage, output, frameworkOutput, awsUrl, zips, env } = run;
  const root = dirname(serverlessFile);
  const cli = findFramework(root);
  // A zip of a function that has since been renamed would be listed as if it were new.
  await rm(output, { recursive: true, force: true });
  // The bundler builds in folders under TMPDIR and leaves them there.
  const temporary = await mkdtemp(join(tmpdir(), 'banyan-package-'));
  try {
    const options = ['--stage', stage, '--package', relative(root, output), '--config', basename(serverlessFile)];
    const child = spawn(process.execPath, [cli, 'package', ...options], {
      cwd: root,
      env: { ...offlineEnvironment(awsUrl, env), TMPDIR: temporary, ...(zips !== undefined && { BANYAN_ZIPS: zips }) },
      stdio: frameworkOutput === 'ignore' ? 'ignore' : ['ignore', 2, 2],
      timeout: TIMEOUT_MS,
    });
    const stop = () => child.kill();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (code !== 0)
      throw new BanyanError(`serverless package --stage ${stage} exited with ${code ?? signal ?? 'nothing'}`, {
        code: 'packaging_failed',
      });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The command line of the project's framework. Throws BanyanError when it is not installed. */
export function findFramework(root: string): string {
  try {
    return createRequire(join(root, 'serverless.yml')).resolve('serverless/bin/serverless.js');
  } catch (cause) {
    const message =
      'packaging and deploying need the Serverless Framework; run "npm install --save-dev serverless@npm:osls@4"';
    throw new BanyanError(message, { code: 'package_missing', cause });
  }
}

function offlineEnvironment(awsUrl: string, { PATH, HOME }: Environment): NodeJS.ProcessEnv {
  return {
    PATH,
    HOME,
    // Not NODE_ENV=test or the like from the caller: the bundler would put it into the code.
    NODE_ENV: 'production',
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ACCESS_KEY_ID: 'placeholder',
    AWS_SECRET_ACCESS_KEY: 'placeholder',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    // Our fork of the framework sends none; the original does.
    SLS_TELEMETRY_DISABLED: '1',
    // At every start, on Node.js 20.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
