import type { CloudFormation } from '@aws-sdk/client-cloudformation';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { Lambda } from '@aws-sdk/client-lambda';
import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { SSM } from '@aws-sdk/client-ssm';

import { loadOptional } from '../../optional-package';

/** The services that are asked, of one region. */
export interface Aws {
  readonly cloudFormation: CloudFormation;
  readonly ec2: EC2;
  readonly lambda: Lambda;
  readonly secretsManager: SecretsManager;
  readonly ssm: SSM;
}

/** By region; the same clients for the same one. */
export type AwsOf = (region: string) => Aws;

interface AwsOptions {
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Clients that find credentials, profile and endpoints as AWS tools do, unless given. Throws BanyanError without the AWS SDK. */
export async function connectAws(given: AwsOptions = {}): Promise<AwsOf> {
  const sdk = await loadSdk();
  const known = new Map<string, Aws>();
  return (region) => {
    const found = known.get(region);
    if (found !== undefined) return found;
    const options = { ...given, region, maxAttempts: 3 };
    const aws = {
      cloudFormation: new sdk.CloudFormation(options),
      ec2: new sdk.EC2(options),
      lambda: new sdk.Lambda(options),
      secretsManager: new sdk.SecretsManager(options),
      ssm: new sdk.SSM(options),
    };
    known.set(region, aws);
    return aws;
  };
}

function loadSdk() {
  const others = ['ec2', 'lambda', 'secrets-manager', 'ssm'].map((name) => `@aws-sdk/client-${name}`);
  const needed = {
    name: '@aws-sdk/client-cloudformation',
    others,
    neededBy: 'banyan check --stage',
    development: true,
  };
  return loadOptional(needed, async () => ({
    CloudFormation: (await import('@aws-sdk/client-cloudformation')).CloudFormation,
    EC2: (await import('@aws-sdk/client-ec2')).EC2,
    Lambda: (await import('@aws-sdk/client-lambda')).Lambda,
    SecretsManager: (await import('@aws-sdk/client-secrets-manager')).SecretsManager,
    SSM: (await import('@aws-sdk/client-ssm')).SSM,
  }));
}

/** AWS could not be asked, which says nothing about what it has. */
export class NotAsked extends Error {
  override readonly name: string = 'NotAsked';
}

/** AWS does not know who asks, so no other question is worth asking. */
export class NoCredentials extends NotAsked {
  override readonly name = 'NoCredentials';
}

const REFUSALS = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);
const BAD_CREDENTIALS = new Set([
  ...['CredentialsProviderError', 'ExpiredToken', 'ExpiredTokenException', 'AuthFailure'],
  ...['InvalidClientTokenId', 'UnrecognizedClientException', 'RequestExpired'],
]);

/**
 * Asks, and turns what is neither an answer nor an answer's absence into words.
 * @param permission what the caller's role needs for it, such as `ssm:GetParameter`
 * @param isAbsence recognises the error by which this service says that there is no such thing
 * @returns undefined when there is no such thing
 * @throws NotAsked, NoCredentials
 */
export async function ask<T>(
  permission: string,
  isAbsence: (error: Error) => boolean,
  question: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (isAbsence(error)) return undefined;
    const { name, message } = error;
    if (BAD_CREDENTIALS.has(name)) {
      throw new NoCredentials(`No valid AWS credentials (${message}); set AWS_PROFILE, or log in again`, {
        cause: error,
      });
    }
    if (REFUSALS.has(name)) throw new NotAsked(`these credentials lack ${permission}`, { cause: error });
    throw new NotAsked(`${permission} failed: ${name}: ${message}`, { cause: error });
  }
}
