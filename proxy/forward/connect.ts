import { buildConnector } from 'undici';

/** The `code` of a connection that the upstream reset. */
export const RESET = 'UPSTREAM_RESET';

/**
 * Connects to upstreams as undici does, with one difference: undici takes a reset (ECONNRESET) for the regular end of an
 * answer that ends with its connection, so half of it would pass for the whole. Under another code it is the fault that it is.
 */
export function createConnector(): buildConnector.connector {
  const connect = buildConnector({});
  return (options, callback) =>
    connect(options, (...result) => {
      const [, socket] = result;
      socket?.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNRESET') error.code = RESET;
      });
      callback(...result);
    });
}
