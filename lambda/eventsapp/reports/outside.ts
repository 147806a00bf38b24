import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createLogger, type Logger } from 'banyan-strangler/lambda';
import { createVpcClient, type VpcClient } from 'banyan-strangler/vpc-proxy';
import type { ReportJob } from '../contracts/reports';
import { reportsConfig, type ReportsConfig } from './config';
import { sendJobs } from './send-jobs';

/** What a report function outside the VPC works with. */
export interface Outside<Name extends string> {
  readonly config: ReportsConfig;
  readonly logger: Logger;
  readonly vpc: VpcClient<Name>;
  /** @throws ReportJobsNotSent */
  readonly send: (jobs: readonly ReportJob[], remainingTimeMs: () => number) => Promise<void>;
}

interface Clients {
  readonly config: ReportsConfig;
  readonly lambda: LambdaClient;
  readonly sqs: SQSClient;
}

let clients: Clients | undefined;

/**
 * Configuration and clients, the instance's own, made at the first use.
 *
 * @param functions the only functions inside the VPC that the caller may call
 * @throws ConfigError at every call until the environment is good
 */
export function outside<const Name extends string>(
  functionName: string,
  functions: readonly { readonly name: Name }[],
): Outside<Name> {
  clients ??= createClients(reportsConfig());
  const { config, lambda, sqs } = clients;
  const { functionPrefix, queueUrl, logLevel } = config;
  const logger = createLogger({ level: logLevel, base: { function: functionName } });
  return {
    config,
    logger,
    vpc: createVpcClient({ lambda, functions, functionPrefix, logger }),
    send: (jobs, remainingTimeMs) => sendJobs(jobs, { sqs, queueUrl, remainingTimeMs, logger }),
  };
}

/** Lets the next use read the environment again: for tests and for a local system that restarts in one process. */
export function forgetOutside(): void {
  clients?.lambda.destroy();
  clients?.sqs.destroy();
  clients = undefined;
}

/** One attempt each: the SDK's own retries know nothing of the caller's time. */
function createClients(config: ReportsConfig): Clients {
  const { region, sqsEndpoint, lambdaEndpoint } = config;
  const common = { region, maxAttempts: 1 };
  return {
    config,
    lambda: new LambdaClient({ ...common, ...(lambdaEndpoint !== undefined && { endpoint: lambdaEndpoint }) }),
    sqs: new SQSClient({ ...common, ...(sqsEndpoint !== undefined && { endpoint: sqsEndpoint }) }),
  };
}
