/**
 * The quotas that a client can run into. All can be overridden, so that tests need neither 29 s nor 10 MB.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
 */
export interface Limits {
  /** After this long the gateway answers 504 INTEGRATION_TIMEOUT. */
  readonly integrationTimeoutMs: number;
  /** The document names no limit of its own for authorizers; 29 s bounds the whole request. */
  readonly authorizerTimeoutMs: number;
  /** Replaces the timeout of every function; undefined leaves each its own. */
  readonly functionTimeoutMs: number | undefined;
  readonly requestBodyBytes: number;
  /** All header names, values, separators and line ends. */
  readonly headerBytes: number;
  /** The request target of a regional API. */
  readonly urlCharacters: number;
  /** Applies where a method has an authorizer, because the path is part of the ARN. */
  readonly methodArnBytes: number;
}

export const LIMITS: Limits = {
  integrationTimeoutMs: 29_000,
  authorizerTimeoutMs: 29_000,
  functionTimeoutMs: undefined,
  requestBodyBytes: 10_485_760,
  headerBytes: 10_240,
  urlCharacters: 10_240,
  methodArnBytes: 1_600,
};

/** Resolves to `late` when `work` has not settled in time; `work` itself is not stopped, and the wait keeps no process alive. */
export async function within<T, L>(milliseconds: number, work: Promise<T>, late: L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<L>((resolve) => {
    timer = setTimeout(() => {
      resolve(late);
    }, milliseconds).unref();
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
