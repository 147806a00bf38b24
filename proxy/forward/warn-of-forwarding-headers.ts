import type { IncomingMessage } from 'node:http';
import type { Logger } from '../../shared/logger';
import { FORWARDING_HEADERS } from '../http1/hop-by-hop';

/** Looked up one by one: a client's own headers are more. */
const NAMES = [...FORWARDING_HEADERS];

/**
 * Warns once when a request says who the client is although this proxy trusts no hop (`TRUSTED_HOPS=0`): usually a load
 * balancer in front that is not configured, and then the monolith takes the balancer's address for every client's. It may also
 * be a client that makes things up, so that a warning is all there can be. Values stay out of the log.
 */
export function forwardingHeaderWarning(trustedHops: number, logger: Logger): (request: IncomingMessage) => void {
  let pending = trustedHops === 0;
  return ({ headers }) => {
    if (!pending) return;
    const found = NAMES.filter((name) => Object.hasOwn(headers, name));
    if (found.length === 0) return;
    pending = false;
    logger.warn(
      { headers: found },
      'dropped the forwarding headers (X-Forwarded-* or similar) of a request because TRUSTED_HOPS is 0. Behind a load balancer, set TRUSTED_HOPS to the number of proxies in front. Logged once',
    );
  };
}
