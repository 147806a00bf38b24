import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';

interface PackageRun {
  readonly root: string;
  readonly stage: string;
  /** A folder under `root`; it is emptied first. */
  readonly output: string;
  /** Where the framework's own output goes. */
  readonly stdio: 'inherit' | 'ignore';
  /** Every AWS call goes here. */
  readonly awsUrl: string;
}

/** Packaging takes seconds; a framework that hangs must not hang a pipeline. */
const TIMEOUT_MS = 120_000;

/**
 * Runs `serverless package` with an environment in which it can reach nothing but `awsUrl`: no profile, no instance metadata, no
 * telemetry.
 *
 * @throws Error when it does not exit with 0
 */
export async function runServerless({ root, stage, output, stdio, awsUrl }: PackageRun): Promise<void> {
  // A zip of a function that has since been renamed would be listed as if it were new.
  await rm(join(root, output), { recursive: true, force: true });
  const cli = require.resolve('serverless/bin/serverless.js', { paths: [root] });
  // The bundler builds in folders under TMPDIR and leaves them there.
  const temporary = await mkdtemp(join(tmpdir(), 'banyan-package-'));
  try {
    const child = spawn(process.execPath, [cli, 'package', '--stage', stage, '--package', output], {
      cwd: root,
      env: { ...offlineEnvironment(awsUrl), TMPDIR: temporary },
      stdio: ['ignore', stdio, stdio],
      timeout: TIMEOUT_MS,
    });
    const stop = () => child.kill();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (code !== 0) throw new Error(`serverless package --stage ${stage} exited with ${code ?? signal ?? 'nothing'}`);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function offlineEnvironment(awsUrl: string): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
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
