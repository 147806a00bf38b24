/** The routing proxy, for programs that start it themselves. */
export { loadProxyConfig, type ProxyConfig } from './config';
export { startProxy, type Proxy } from './server';
