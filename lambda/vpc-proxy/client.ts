import type { AwsClient } from '../../shared/aws-client';
import type { Logger } from '../../shared/logger';
import { loadOptional } from '../../shared/optional-package';
import { nextPause, REAL_CLOCK, type RetryClock } from '../backoff';
import { classifyFault } from './classify-fault';
import type { VpcFunctionDefinition } from './define';
import {
  VpcInputError,
  VpcNotAllowedError,
  VpcOutputError,
  VpcPayloadTooLargeError,
  VpcRefusedError,
  VpcThrottledError,
  VpcTimeoutError,
  VpcUnavailableError,
} from './errors';
import { functionFault } from './function-fault';

/** Lambda's quota for the payload of a synchronous call, in bytes. */
const INPUT_LIMIT = 6_291_456;
/** Kept of the caller's time, so that it can still say what happened. */
const RESERVE_MS = 250;

interface VpcClientOptions<Name extends string> {
  /** A `LambdaClient` made with `maxAttempts: 1`: the SDK's own retries know nothing of the caller's time. */
  readonly lambda: AwsClient<InvokeAnswer>;
  /** The only functions that this client calls. */
  readonly functions: readonly { readonly name: Name }[];
  /** Prefix of a definition's name in AWS: `banyan-dev-`. */
  readonly functionPrefix: string;
  readonly logger: Logger;
  readonly clock?: RetryClock;
}

interface InvokeAnswer {
  readonly FunctionError?: string | undefined;
  readonly Payload?: Uint8Array | undefined;
}

interface CallOptions {
  /** How much time the caller has left, such as its Lambda context's `getRemainingTimeInMillis`. */
  readonly remainingTimeMs: () => number;
  /** Fields for the log, such as the job that the call is for. */
  readonly about?: object;
}

/** The outside of the VPC boundary. */
export interface VpcClient<Name extends string> {
  /**
   * Calls a function inside the VPC and waits for its result (Lambda Invoke API, `RequestResponse`).
   *
   * Throttles and network faults are tried again with backoff while the caller has time; after a network fault the
   * function may have run already, so it must bear to run twice. What the function itself throws is never tried again.
   * @throws VpcCallError, one class for each kind of failure: see errors.ts
   */
  call<Allowed extends Name, Input, Output>(
    definition: VpcFunctionDefinition<Allowed, Input, Output>,
    input: NoInfer<Input>,
    options: CallOptions,
  ): Promise<Output>;
}

/** Makes the client that functions outside the VPC call functions inside it with. It knows definitions, never implementations. */
export function createVpcClient<const Name extends string>(options: VpcClientOptions<Name>): VpcClient<Name> {
  const allowed = new Set<string>(options.functions.map(({ name }) => name));
  return {
    async call(definition, input, callOptions) {
      const functionName = definition.name;
      if (!allowed.has(functionName)) throw new VpcNotAllowedError({ functionName });
      const payload = writeInput(definition, input);
      const answer = await invoke(options, functionName, payload, callOptions);
      if (answer.FunctionError !== undefined) throw functionFault(functionName, text(answer));
      try {
        return definition.output(JSON.parse(text(answer)));
      } catch (cause) {
        throw new VpcOutputError({ functionName, cause });
      }
    },
  };
}

function writeInput<Input>(
  { name: functionName, input: parse }: { readonly name: string; readonly input: (value: unknown) => Input },
  input: Input,
): Buffer {
  const json = JSON.stringify(input);
  try {
    // Checked as the other side will see it: a Date, for instance, arrives as text.
    parse(JSON.parse(json));
  } catch (cause) {
    throw new VpcInputError({ functionName, cause });
  }
  const payload = Buffer.from(json);
  if (payload.length > INPUT_LIMIT) throw new VpcPayloadTooLargeError('input', { functionName });
  return payload;
}

async function invoke<Name extends string>(
  { lambda, functionPrefix, logger, clock = REAL_CLOCK }: VpcClientOptions<Name>,
  functionName: string,
  payload: Buffer,
  { remainingTimeMs, about = {} }: CallOptions,
): Promise<InvokeAnswer> {
  const { InvokeCommand } = await loadSdk();
  for (let attempt = 1; ; attempt += 1) {
    const time = Math.floor(remainingTimeMs() - RESERVE_MS);
    if (time <= 0) throw new VpcTimeoutError('the caller', { functionName });
    const abortSignal = AbortSignal.timeout(time);
    try {
      const command = new InvokeCommand({
        FunctionName: functionPrefix + functionName,
        InvocationType: 'RequestResponse',
        Payload: payload,
      });
      return await lambda.send(command, { abortSignal });
    } catch (cause) {
      if (abortSignal.aborted) throw new VpcTimeoutError('the caller', { functionName, cause });
      const fault = classifyFault(cause);
      const details = { functionName, cause };
      if (fault === 'input too large') throw new VpcPayloadTooLargeError('input', details);
      if (fault === 'refused') {
        throw new VpcRefusedError(cause instanceof Error ? cause.name : String(cause), details);
      }
      const pause = nextPause(attempt, remainingTimeMs(), clock);
      if (pause === undefined) {
        throw fault === 'throttled'
          ? new VpcThrottledError(attempt, details)
          : new VpcUnavailableError(attempt, details);
      }
      logger.warn({ ...about, vpcFunction: functionName, attempt, pause, err: cause }, 'VPC call retried');
      await clock.sleep(pause);
    }
  }
}

const loadSdk = () =>
  loadOptional(
    { name: '@aws-sdk/client-lambda', neededBy: 'The VPC client' },
    async () => import('@aws-sdk/client-lambda'),
  );

function text({ Payload: payload }: InvokeAnswer): string {
  return payload === undefined ? '' : Buffer.from(payload).toString('utf8');
}
