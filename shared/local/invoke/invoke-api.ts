import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createLogger, type Logger } from '../../logger';
import { refuseForeignRequests } from '../../this-machine-only';
import type { Schedule } from '../gateway/api';
import { InvocationRefused, REQUEST_PAYLOAD_LIMIT, type FunctionFailure, type LambdaFunction } from '../functions';
import { closeServer, listenOn, readBody } from '../http-server';
import { scheduledEvent } from './scheduled-event';

interface InvokeApiOptions {
  readonly port?: number;
  /** Asked at each call, because functions may be loaded after the API has its address, which they must know. */
  readonly functions: () => Iterable<LambdaFunction>;
  /** What may be run on demand. */
  readonly schedules?: readonly Schedule[];
  readonly logger?: Logger;
  readonly now?: () => Date;
}

/** The running API. */
export interface InvokeApi {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
/** Of this program, not of AWS: runs a schedule of serverless.yml now. */
const SCHEDULE = /^\/local\/schedules(?:\/([^/]+))?$/;

/**
 * The Invoke operation of the Lambda API as the SDK calls it, over the functions of this process, and schedules on
 * demand. Function names may be names, partial or full ARNs; the only version is `$LATEST`. On loopback, and for
 * programs of this machine: any caller can run any function with any event, as AWS would allow after a signature
 * that is not checked here.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function startInvokeApi({
  port = 0,
  functions,
  schedules = [],
  logger = createLogger({ level: 'warn', base: { component: 'invoke-api' } }),
  now = () => new Date(),
}: InvokeApiOptions): Promise<InvokeApi> {
  const running = new WeakMap<LambdaFunction, number>();
  const named = (name: string) => [...functions()].find(({ definition }) => definition.functionName === name);

  async function respond(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://local');
    const schedule = SCHEDULE.exec(pathname);
    if (schedule !== null) return runSchedule(request.method, schedule[1]);
    const name = INVOKE.exec(pathname)?.[1];
    if (name === undefined || request.method !== 'POST') {
      return fault(404, 'UnknownOperationException', 'Only Invoke is served here');
    }
    const body = await readBody(request, REQUEST_PAYLOAD_LIMIT);
    if (!Buffer.isBuffer(body)) {
      const message = `Request must be smaller than ${REQUEST_PAYLOAD_LIMIT} bytes for the InvokeFunction operation`;
      return fault(413, 'RequestTooLargeException', message);
    }
    const wanted = parseFunctionName(decodeURIComponent(name), searchParams.get('Qualifier'));
    const target = named(wanted.name);
    if (target === undefined || wanted.qualifier !== '$LATEST') {
      const suffix = wanted.qualifier === '$LATEST' ? '' : `:${wanted.qualifier}`;
      return fault(404, 'ResourceNotFoundException', `Function not found: ${wanted.name}${suffix}`);
    }
    const event = parseEvent(body.toString());
    if (event === undefined) {
      return fault(400, 'InvalidRequestContentException', 'Could not parse request body into json');
    }
    switch (request.headers['x-amz-invocation-type'] ?? 'RequestResponse') {
      case 'RequestResponse':
        return invoke(target, event.value);
      case 'Event':
        void invoke(target, event.value);
        return { status: 202 };
      case 'DryRun':
        return { status: 204 };
      default:
        return fault(400, 'InvalidParameterValueException', 'Unknown invocation type');
    }
  }

  async function invoke(target: LambdaFunction, event: unknown): Promise<Reply> {
    const { name, reservedConcurrency } = target.definition;
    const busy = running.get(target) ?? 0;
    if (reservedConcurrency !== undefined && busy >= reservedConcurrency) {
      return fault(429, 'TooManyRequestsException', 'Rate Exceeded.', {
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      });
    }
    running.set(target, busy + 1);
    try {
      const outcome = await target.invoke(event);
      const headers = { 'x-amzn-RequestId': outcome.requestId, 'X-Amz-Executed-Version': '$LATEST' };
      if (outcome.ok) return { status: 200, headers, body: outcome.payload };
      const { errorType, errorMessage, cause } = outcome.error;
      logger.warn(
        { function: name, requestId: outcome.requestId, errorType, errorMessage, err: cause },
        'FunctionError',
      );
      return {
        status: 200,
        headers: { ...headers, 'X-Amz-Function-Error': 'Unhandled' },
        body: JSON.stringify(errorDocument(outcome.error)),
      };
    } catch (error) {
      if (error instanceof InvocationRefused) return fault(error.statusCode, error.code, error.message);
      throw error;
    } finally {
      running.set(target, (running.get(target) ?? 1) - 1);
    }
  }

  async function runSchedule(method: string | undefined, name: string | undefined): Promise<Reply> {
    const names = schedules.map((schedule) => schedule.name);
    if (method === 'GET' && name === undefined) return { status: 200, body: JSON.stringify({ schedules: names }) };
    const schedule = schedules.find((known) => known.name === name);
    const target = schedule && [...functions()].find(({ definition }) => definition.name === schedule.functionName);
    if (method !== 'POST' || schedule === undefined || target === undefined) {
      return { status: 404, body: JSON.stringify({ error: 'There is no such schedule', schedules: names }) };
    }
    return invoke(target, scheduledEvent(schedule, target.definition, now()));
  }

  const server = createServer((request, response) => {
    respond(request).then(
      (reply) => write(response, reply),
      (error: unknown) => {
        logger.error({ err: error }, 'Invoke API');
        write(response, fault(500, 'ServiceException', 'The service failed'));
      },
    );
  });
  refuseForeignRequests(server);
  const actual = await listenOn(server, port);
  return { url: `http://127.0.0.1:${actual}`, port: actual, close: () => closeServer(server) };
}

/** `name`, `account:function:name` or an ARN, each with or without `:qualifier`. */
export function parseFunctionName(text: string, qualifier: string | null): { name: string; qualifier: string } {
  const { name = text, own } =
    /^(?:(?:arn:aws[\w-]*:lambda:[\w-]+:)?\d{12}:function:)?(?<name>[\w-]+)(?::(?<own>[\w$-]+))?$/.exec(text)?.groups ??
    {};
  return { name, qualifier: own ?? qualifier ?? '$LATEST' };
}

/** Undefined when it is not JSON; an empty body is an empty event. */
function parseEvent(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: body === '' ? {} : (JSON.parse(body) as unknown) };
  } catch {
    return undefined;
  }
}

/** As the Node.js runtime writes it; Lambda's own faults (a timeout) have no trace. */
function errorDocument({ errorType, errorMessage, cause }: FunctionFailure): object {
  const trace = cause instanceof Error ? { trace: (cause.stack ?? '').split('\n') } : {};
  return { errorType, errorMessage, ...trace };
}

/** An exception of the service, as the SDK reads it (REST JSON protocol). */
function fault(status: number, type: string, message: string, more: object = {}): Reply {
  const body = JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message, message, ...more });
  return { status, headers: { 'x-amzn-ErrorType': type }, body };
}

function write(response: ServerResponse, { status, headers = {}, body }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(body);
}
