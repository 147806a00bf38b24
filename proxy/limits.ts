import type { EnvironmentReader } from '../shared/env';
import type { OriginLimits } from './http1/origin';

/** How much the proxy takes on, so that no client takes it from others. Durations in ms; 0 is no limit where it says so. */
export interface ProxyLimits {
  /** Open connections of clients. */
  readonly maxConnections: number;
  /** Of one address; 0: no limit, as behind a load balancer, which opens all of them. */
  readonly maxConnectionsPerAddress: number;
  /** Requests under way on one connection of a client; what is pipelined beyond is not read. */
  readonly maxPipelined: number;
  /** Request line and headers. */
  readonly maxHeaderBytes: number;
  /** Until a request's head is there. */
  readonly headersTimeout: number;
  /** Until all of a request is there; 0: no limit. */
  readonly requestTimeout: number;
  /** How long a client may send nothing more of its body, or read nothing more of its answer; 0: no limit. */
  readonly clientTimeout: number;
  /** Connections to each upstream, less event streams and long transfers. */
  readonly maxUpstreamConnections: number;
  /** Requests that may wait for one of them. */
  readonly maxQueue: number;
  readonly queueTimeout: number;
  /** Age at which a connection to an upstream is replaced; 0: no limit. */
  readonly upstreamMaxAge: number;
  /** Requests after which it is; 0: no limit. */
  readonly upstreamMaxRequests: number;
}

/** Reasons for each: proxy/README.md, "What one client may take". */
export const DEFAULT_LIMITS: ProxyLimits = Object.freeze({
  maxConnections: 10_000,
  maxConnectionsPerAddress: 1_000,
  maxPipelined: 4,
  maxHeaderBytes: 16_384,
  headersTimeout: 60_000,
  requestTimeout: 3_600_000,
  clientTimeout: 60_000,
  maxUpstreamConnections: 1_000,
  maxQueue: 1_000,
  queueTimeout: 5_000,
  upstreamMaxAge: 60_000,
  upstreamMaxRequests: 10_000,
});

/** Reads the limits from variables; durations there are in seconds. Without a proxy in front, addresses have a limit too. */
export function readLimits(read: EnvironmentReader, trustedHops: number): ProxyLimits {
  const standard = DEFAULT_LIMITS;
  const count = (name: string, value: number, min = 1): number => read.integer(name, { default: value, min, max: 1e6 });
  const seconds = (name: string, value: number, min = 0): number =>
    read.integer(name, { default: value / 1000, min, max: 86_400 }) * 1000;
  const perAddress = trustedHops === 0 ? standard.maxConnectionsPerAddress : 0;
  const limits: ProxyLimits = {
    maxConnections: count('MAX_CONNECTIONS', standard.maxConnections),
    maxConnectionsPerAddress: count('MAX_CONNECTIONS_PER_ADDRESS', perAddress, 0),
    maxPipelined: count('MAX_PIPELINED', standard.maxPipelined),
    maxHeaderBytes: read.integer('MAX_HEADER_BYTES', { default: standard.maxHeaderBytes, min: 1024, max: 1_048_576 }),
    headersTimeout: seconds('HEADERS_TIMEOUT', standard.headersTimeout, 1),
    requestTimeout: seconds('REQUEST_TIMEOUT', standard.requestTimeout),
    clientTimeout: seconds('CLIENT_TIMEOUT', standard.clientTimeout),
    maxUpstreamConnections: count('MAX_UPSTREAM_CONNECTIONS', standard.maxUpstreamConnections),
    maxQueue: count('MAX_QUEUE', standard.maxQueue, 0),
    queueTimeout: seconds('QUEUE_TIMEOUT', standard.queueTimeout, 1),
    upstreamMaxAge: seconds('UPSTREAM_MAX_AGE', standard.upstreamMaxAge),
    upstreamMaxRequests: count('UPSTREAM_MAX_REQUESTS', standard.upstreamMaxRequests, 0),
  };
  if (limits.requestTimeout > 0 && limits.requestTimeout < limits.headersTimeout)
    read.faults.push('REQUEST_TIMEOUT is less than HEADERS_TIMEOUT; it must be more, because it includes the head');
  return limits;
}

export function originLimits(limits: ProxyLimits): OriginLimits {
  return {
    maxConnections: limits.maxUpstreamConnections,
    maxWaiting: limits.maxQueue,
    maxWait: limits.queueTimeout,
    maxAge: limits.upstreamMaxAge,
    maxRequests: limits.upstreamMaxRequests,
  };
}
