/**
 * Banyan as `node dist/proxy/server.js` runs it: routing, metrics and a log line per request. Lines go to the file in LOG_FILE;
 * COOKIE_NAME is that of the monolith's sessions.
 * The message `memory` is answered, after a collection, with resident memory, heap, and what keeps the process busy; SIGTERM drains.
 */
import { DEFAULT_CONFIG } from '../../../shared/config/default-config';
import { loadProxyConfig } from '../../../proxy/config';
import { createProxyLogger } from '../../../proxy/logger';
import { startProxy } from '../../../proxy/server';
import { upstreamUrl } from './listen';

async function main(): Promise<void> {
  const defaults = { LAMBDA_URL: upstreamUrl(), LEGACY_URL: upstreamUrl(), PORT: '0', ADMIN_PORT: '0' };
  const { COOKIE_NAME: cookieName = DEFAULT_CONFIG.session.cookieName } = process.env;
  const banyan = { ...DEFAULT_CONFIG, session: { ...DEFAULT_CONFIG.session, cookieName } };
  const config = loadProxyConfig(banyan, { ...defaults, ...process.env });
  const proxy = await startProxy(config, createProxyLogger(config.logLevel, process.env['LOG_FILE'] ?? '/dev/null'));
  process.on('message', (message) => {
    if (message === 'memory') process.send?.(memoryAfterCollection());
  });
  process.once('SIGTERM', () => void proxy.close().then(() => process.exit(0)));
  process.send?.({ port: proxy.port });
}

function memoryAfterCollection(): { memory: number; heap: number; resources: number } {
  for (let i = 0; i < 3; i += 1) globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { memory: rss, heap: heapUsed, resources: process.getActiveResourcesInfo().length };
}

void main();
