/** The routing proxy, for programs that start it themselves, alone or with the whole local system. */
export { projectOf } from '../shared/config/load';
export { parseAdminTokens, type AdminToken } from './admin/tokens';
export { loadProxyConfig, type ProxyConfig } from './config';
export { DEFAULT_LIMITS } from './limits';
export { loadRouteTable, type RouteTable } from './route-table/load';
export { startProxy, type Proxy } from './server';
export type { Services, StartServices } from './dev/services';
export { startSystem, type LocalSystem, type StartLegacy } from './dev/system';
export { readSystemConfig, type SystemConfig } from './dev/system-config';
