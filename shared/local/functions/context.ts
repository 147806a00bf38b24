/**
 * What the Node.js 24 runtime passes as the second argument. The callback-era members (`done`, `fail`, `succeed`,
 * `callbackWaitsForEmptyEventLoop`) are gone from that runtime.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export interface Context {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly identity: undefined;
  readonly clientContext: undefined;
  getRemainingTimeInMillis(): number;
}

interface ContextOptions {
  readonly functionName: string;
  readonly arn: string;
  readonly memorySize: number;
  readonly requestId: string;
  readonly deadline: number;
  readonly now: () => number;
}

/** Builds the context of one invocation. Remaining time never goes below zero. */
export function createContext({ functionName, arn, memorySize, requestId, deadline, now }: ContextOptions): Context {
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: String(memorySize),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local/[$LATEST]00000000000000000000000000000000',
    identity: undefined,
    clientContext: undefined,
    getRemainingTimeInMillis: () => Math.max(0, deadline - now()),
  };
}
