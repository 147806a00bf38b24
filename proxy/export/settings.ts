import type { GatewayRoom } from '../forward/gateway-room';

/** Files of a connection to an upstream, by the variables that the proxy reads them from. */
export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}

/** Where a front without the proxy stands, and between whom. */
export interface NginxSettings {
  readonly listen: string;
  readonly legacy: URL;
  readonly lambda: URL;
  readonly banyan: URL;
  readonly legacyTls: TlsFiles;
  readonly lambdaTls: TlsFiles;
  /** Asks for API Gateway's addresses, which change. */
  readonly resolver: string;
  readonly trustedHops: number;
  readonly sessionCookie: string;
  readonly room: GatewayRoom;
  /** In ms, for routes without their own. */
  readonly lambdaTimeout: number;
}
