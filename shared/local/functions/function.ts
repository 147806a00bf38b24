import { randomUUID } from 'node:crypto';
import { within } from '../../within';
import { createContext } from './context';
import { InvocationRefused } from './errors';
import { loadHandler, type Handler, type LoadModule } from './handler';

/** What `serverless.yml` says of one function. */
export interface FunctionDefinition {
  /** The key under `functions`. */
  readonly name: string;
  /** The name it has in AWS, such as `eventsapp-dev-list-events`. */
  readonly functionName: string;
  /** `path/to/file.export`, relative to `root`. */
  readonly handler: string;
  readonly root: string;
  readonly timeoutMs: number;
  /** In MB. */
  readonly memorySize: number;
  readonly arn: string;
  /** How many may run at a time; undefined: as many as come. Kept by the Invoke API, not by the function. */
  readonly reservedConcurrency?: number | undefined;
}

/** What the caller of Lambda's Invoke sees: the returned JSON, or the error document with `FunctionError: Unhandled`. */
export type Invocation =
  | { readonly ok: true; readonly requestId: string; readonly payload: string }
  | { readonly ok: false; readonly requestId: string; readonly error: FunctionFailure };

/** The error document of a failed invocation, and (for logs only) what was thrown. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly cause?: unknown;
}

export interface LambdaFunction {
  readonly definition: FunctionDefinition;
  /**
   * Runs the handler with a JSON copy of `event` and returns its result as JSON: what JSON cannot hold (undefined, functions)
   * is gone on both ways, as in AWS.
   *
   * @throws InvocationRefused when the event is larger than Lambda takes
   */
  invoke(event: unknown): Promise<Invocation>;
}

/**
 * The synchronous payload quotas of Lambda, in bytes of JSON. The error texts of the service name these numbers.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const REQUEST_PAYLOAD_LIMIT = 6_291_456;
export const RESPONSE_PAYLOAD_LIMIT = 6_291_556;

interface FunctionOptions {
  readonly load: LoadModule;
  readonly now?: () => number;
}

/**
 * A function as the Lambda service holds it, in this process. The handler's module is loaded now, once.
 *
 * Unlike AWS, a function that times out cannot be killed: it runs on, its result is ignored.
 *
 * @throws FunctionInitError when the handler cannot be loaded
 */
export function createFunction(
  definition: FunctionDefinition,
  { load, now = Date.now }: FunctionOptions,
): LambdaFunction {
  const handler = loadHandler(definition.handler, definition.root, load);
  return {
    definition,
    async invoke(event) {
      const requestId = randomUUID();
      const request = JSON.stringify(event ?? {});
      if (Buffer.byteLength(request) > REQUEST_PAYLOAD_LIMIT) {
        throw new InvocationRefused(
          `Request must be smaller than ${REQUEST_PAYLOAD_LIMIT} bytes for the InvokeFunction operation`,
          { code: 'RequestEntityTooLargeException', statusCode: 413 },
        );
      }
      const outcome = await run(handler, definition, JSON.parse(request), requestId, now);
      return typeof outcome === 'string'
        ? { ok: true, requestId, payload: outcome }
        : { ok: false, requestId, error: outcome };
    },
  };
}

async function run(
  handler: Handler,
  { functionName, arn, memorySize, timeoutMs }: FunctionDefinition,
  event: unknown,
  requestId: string,
  now: () => number,
): Promise<string | FunctionFailure> {
  const context = createContext({ functionName, arn, memorySize, requestId, deadline: now() + timeoutMs, now });
  // What the handler did before its first await counts.
  return within(complete(handler, event, context), context.getRemainingTimeInMillis(), () => ({
    errorType: 'Sandbox.Timedout',
    errorMessage: `${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  }));
}

async function complete(
  ...[handler, event, context]: [Handler, ...Parameters<Handler>]
): Promise<string | FunctionFailure> {
  try {
    const payload = stringify(await handler(event, context));
    if (Buffer.byteLength(payload) <= RESPONSE_PAYLOAD_LIMIT) return payload;
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${RESPONSE_PAYLOAD_LIMIT} bytes).`;
    return { errorType: 'Function.ResponseSizeTooLarge', errorMessage };
  } catch (error) {
    if (error instanceof Error) return { errorType: error.name, errorMessage: error.message, cause: error };
    return { errorType: typeof error, errorMessage: String(error), cause: error };
  }
}

/** JSON.stringify is undefined for undefined and functions, whatever its type says; the runtime sends null then. */
function stringify(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text ?? 'null';
}
