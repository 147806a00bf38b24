import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { connectProbe, type ProbeApi } from '../../api-gateway/semantics';
import { REQUEST_LIMITS } from '../../api-gateway/limits';
import type { Environment } from '../../env';
import { BanyanError } from '../../errors';
import { startGateway, type RunningGateway } from '../../local/gateway';
import { createLogger } from '../../logger';
import { ask, NotAsked, type AwsOf } from '../check-stage/aws';
import { findFramework } from '../package/run-serverless';
import { runUndisturbed } from './run-undisturbed';

const FOLDER = path.join(__dirname, '../../../lambda/deployment');
const FILES = ['verify.yml', 'verify-functions.js'];
const SERVICE = 'banyan-verify';

/** The API that the rows are asked of, and a way to its functions without it. */
export interface RunningProbe {
  readonly api: ProbeApi;
  /** Invokes a function of the same code without it. */
  readonly invoke: () => Promise<unknown>;
}

/** Where that API is put. */
export interface ProbeService {
  readonly start: () => Promise<RunningProbe>;
  /** Leaves nothing of it, also of a start that has failed half-way. Throws BanyanError when it cannot. */
  readonly remove: () => Promise<void>;
}

/** By the local gateway. `overrides` change what it does: for tests of the rows. */
export function localProbe(overrides: Pick<Parameters<typeof startGateway>[0], 'limits'> = {}): ProbeService {
  let gateway: RunningGateway | undefined;
  return {
    async start() {
      const started = (gateway = await startGateway({
        serverlessFile: path.join(FOLDER, 'verify.yml'),
        stage: 'dev',
        port: 0,
        logger: createLogger({ level: 'silent' }),
        print: () => undefined,
        ...overrides,
      }));
      const api = connectProbe({ url: new URL(started.url), limits: REQUEST_LIMITS.regional, isLocal: true });
      return { api, invoke: async () => started.functions.get('slow')?.invoke({}) };
    },
    remove: async () => gateway?.close(),
  };
}

interface DeployOptions {
  /** The project's, in which the framework is installed. */
  readonly root: string;
  readonly stage: string;
  readonly region: string;
  readonly aws: AwsOf;
  readonly env: Environment;
}

/** As a stack of its own. */
export function deployedProbe({ root, stage, region, aws, env }: DeployOptions): ProbeService {
  const run = async (command: 'deploy' | 'remove'): Promise<void> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'banyan-verify-'));
    try {
      for (const file of FILES) await copyFile(path.join(FOLDER, file), path.join(folder, file));
      await runUndisturbed({
        command: process.execPath,
        args: [findFramework(root), command, '--stage', stage, '--config', 'verify.yml'],
        cwd: folder,
        env: { ...env, BANYAN_VERIFY_REGION: region },
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  return {
    async start() {
      await run('deploy');
      const url = await endpointOf(aws, region, `${SERVICE}-${stage}`);
      const { lambda } = aws(region);
      const api = connectProbe({ url, limits: REQUEST_LIMITS.regional, isLocal: false });
      return { api, invoke: () => lambda.invoke({ FunctionName: `${SERVICE}-${stage}-slow`, Payload: '{}' }) };
    },
    remove: () => run('remove'),
  };
}

/** Refuses a stack that is there already, because it would be removed. Throws BanyanError, also where AWS cannot be asked. */
export async function refuseExisting(aws: AwsOf, region: string, stack: string): Promise<void> {
  const found = await ask(
    'cloudformation:DescribeStacks',
    ({ name, message }) => name === 'ValidationError' && message.includes('does not exist'),
    () => aws(region).cloudFormation.describeStacks({ StackName: stack }),
  ).catch((cause: unknown) => {
    if (cause instanceof NotAsked) throw new BanyanError(cause.message, { code: 'aws_not_asked', cause });
    throw cause;
  });
  if (found !== undefined)
    throw new BanyanError(
      `stack ${stack} exists in ${region}, and would be removed at the end; choose another --stage, or remove it first`,
      { code: 'stack_exists' },
    );
}

/** The address of an API that a stack has made. Throws BanyanError for a stack without one. */
export async function endpointOf(aws: AwsOf, region: string, stack: string): Promise<URL> {
  const { Stacks = [] } = await aws(region).cloudFormation.describeStacks({ StackName: stack });
  const url = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'ServiceEndpoint')?.OutputValue;
  if (url === undefined)
    throw new BanyanError(`stack ${stack} has no output ServiceEndpoint; expected a service with http events`, {
      code: 'no_endpoint',
    });
  return new URL(url);
}
