import { gatewayRoom } from '../../proxy/forward/gateway-room';
import type { LambdaSide, Upstream } from '../../proxy/forward/upstream';
import type { EndpointType } from '../../shared/api-gateway/limits';

/** The Lambda side of a proxy, for tests of its parts. */
export function lambdaSide(upstream: Upstream, url: URL, endpointType: EndpointType = 'private'): LambdaSide {
  return { upstream, url, room: gatewayRoom(url, endpointType), accessDeniedBy: 'resource-policy' };
}
