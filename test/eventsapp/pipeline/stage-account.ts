import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import { Lambda } from '@aws-sdk/client-lambda';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { Environment } from 'banyan-strangler/lambda';

/**
 * The environment in which every AWS tool acts as the deployer of the stage's account: a profile that assumes `DEPLOYER_ROLE_ARN` with the
 * build's own credentials. No temporary credential is printed, exported or written to a file; without the variable, the caller's own apply.
 */
export function asDeployer(env: Environment): Environment {
  const role = env['DEPLOYER_ROLE_ARN'];
  if (role === undefined || role === '') return env;
  const folder = mkdtempSync(path.join(tmpdir(), 'banyan-deployer-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'config');
  writeFileSync(
    file,
    `[profile deployer]\nrole_arn = ${role}\ncredential_source = EcsContainer\nrole_session_name = banyan-pipeline\n`,
  );
  return { ...env, AWS_CONFIG_FILE: file, AWS_PROFILE: 'deployer', AWS_SDK_LOAD_CONFIG: '1' };
}

/** Outputs of a stack by name; empty when there is no such stack. */
export async function stackOutputs(stack: string, region: string): Promise<ReadonlyMap<string, string>> {
  try {
    const { Stacks = [] } = await new CloudFormation({ region }).describeStacks({ StackName: stack });
    return new Map((Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return new Map();
    throw error;
  }
}

/** A secret's value; undefined when there is no such secret, or none in it. */
export async function secretValue(name: string, region: string): Promise<string | undefined> {
  try {
    return (await new SecretsManager({ region }).getSecretValue({ SecretId: name })).SecretString;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** `CodeSha256` of what a stage runs, by function. */
export async function deployedHashes(
  names: Iterable<string>,
  { prefix, region }: { readonly prefix: string; readonly region: string },
): Promise<ReadonlyMap<string, string>> {
  const lambda = new Lambda({ region });
  const found = await Promise.all(
    Array.from(names, async (name) => {
      const { CodeSha256 = '' } = await lambda.getFunctionConfiguration({ FunctionName: prefix + name });
      return [name, CodeSha256] as const;
    }),
  );
  return new Map(found);
}
