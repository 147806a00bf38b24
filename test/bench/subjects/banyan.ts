/** Banyan as `node dist/proxy/server.js` runs it: routing, observers and a log line per request, written to a file. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createProxyLogger } from '../../../proxy/logger';
import { loadProxyConfig } from '../../../proxy/config';
import { startProxy } from '../../../proxy/server';
import { upstreamUrl } from './listen';

async function main(): Promise<void> {
  const file = path.join(tmpdir(), `banyan-bench-${randomUUID()}.log`);
  const config = loadProxyConfig({
    ...process.env,
    LEGACY_URL: upstreamUrl(),
    LAMBDA_URL: upstreamUrl(),
    PORT: '0',
    ADMIN_PORT: '0',
  });
  const proxy = await startProxy(config, createProxyLogger(config.logLevel, file));
  process.once('exit', () => rmSync(file, { force: true }));
  process.on('message', (message) => {
    if (message === 'memory') process.send?.({ memory: memoryAfterCollection() });
  });
  process.send?.({ port: proxy.port });
}

function memoryAfterCollection(): number {
  for (let i = 0; i < 3; i += 1) globalThis.gc?.();
  return process.memoryUsage().rss;
}

void main();
