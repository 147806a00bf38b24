/** The routing proxy, for programs that start it themselves. */
export { parseAdminTokens, type AdminToken } from './admin/tokens';
export { loadProxyConfig, type ProxyConfig } from './config';
export { DEFAULT_LIMITS } from './limits';
export { loadRouteTable, type RouteTable } from './route-table/load';
export { startProxy, type Proxy } from './server';
