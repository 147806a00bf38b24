import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { connectProbe, type ProbeApi } from '../../api-gateway/semantics';
import { REQUEST_LIMITS } from '../../api-gateway/limits';
import type { Environment } from '../../env';
import { BanyanError } from '../../errors';
import { startGateway } from '../../local/gateway';
import { createLogger } from '../../logger';
import type { AwsOf } from '../check-stage/aws';
import { findFramework } from '../package/run-serverless';
import { runUndisturbed } from './run-undisturbed';

const FOLDER = path.join(__dirname, '../../../lambda/deployment');
const FILES = ['verify.yml', 'verify-functions.js'];
const SERVICE = 'banyan-verify';

/** The API that the rows are asked of, and a way to its functions without it. */
export interface ProbeService {
  readonly api: ProbeApi;
  /** Invokes a function of the same code without it. */
  readonly invoke: () => Promise<unknown>;
  /** Leaves nothing of it. @throws BanyanError that says what is left */
  readonly remove: () => Promise<void>;
}

/** Where {@link startProbe} may change what the local gateway does: for tests of the rows. */
export type ProbeOverrides = Pick<Parameters<typeof startGateway>[0], 'limits'>;

/** Serves it by the local gateway. */
export async function startProbe(overrides: ProbeOverrides = {}): Promise<ProbeService> {
  const gateway = await startGateway({
    serverlessFile: path.join(FOLDER, 'verify.yml'),
    stage: 'dev',
    port: 0,
    logger: createLogger({ level: 'silent' }),
    print: () => undefined,
    ...overrides,
  });
  const api = connectProbe({ url: new URL(gateway.url), limits: REQUEST_LIMITS.regional, isLocal: true });
  const invoke = async () => gateway.functions.get('slow')?.invoke({});
  return { api, invoke, remove: () => gateway.close() };
}

interface DeployOptions {
  /** The project's, in which the framework is installed. */
  readonly root: string;
  readonly stage: string;
  readonly region: string;
  readonly aws: AwsOf;
  readonly env: Environment;
}

/** Deploys it as a stack of its own. What fails is removed as far as it came before this throws BanyanError. */
export async function deployProbe({ root, stage, region, aws, env }: DeployOptions): Promise<ProbeService> {
  const cli = findFramework(root);
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-verify-'));
  for (const file of FILES) await copyFile(path.join(FOLDER, file), path.join(folder, file));
  const run = (command: 'deploy' | 'remove') =>
    runUndisturbed({
      command: process.execPath,
      args: [cli, command, '--stage', stage, '--config', 'verify.yml'],
      cwd: folder,
      env: { ...env, BANYAN_VERIFY_REGION: region },
    });
  const remove = async (): Promise<void> => {
    await run('remove');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run('deploy');
    const url = await endpointOf(aws, region, `${SERVICE}-${stage}`);
    const { lambda } = aws(region);
    const api = connectProbe({ url, limits: REQUEST_LIMITS.regional, isLocal: false });
    return { api, invoke: () => lambda.invoke({ FunctionName: `${SERVICE}-${stage}-slow`, Payload: '{}' }), remove };
  } catch (cause) {
    await remove();
    throw cause;
  }
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
