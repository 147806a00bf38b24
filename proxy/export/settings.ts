import type { GatewayRoom } from '../forward/gateway-room';

/** Where a front without the proxy stands, and between whom. */
export interface NginxSettings {
  readonly listen: string;
  readonly legacy: URL;
  readonly lambda: URL;
  readonly banyan: URL;
  /** Asks for API Gateway's addresses, which change. */
  readonly resolver: string;
  readonly trustedHops: number;
  readonly sessionCookie: string;
  readonly room: GatewayRoom;
  /** In ms, for routes without their own. */
  readonly lambdaTimeout: number;
}
