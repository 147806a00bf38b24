import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ProxyConfig } from '../../proxy/config';
import { DEFAULT_LIMITS } from '../../proxy/limits';
import type { Observer } from '../../proxy/observation';
import { startProxy, type Proxy } from '../../proxy/server';
import { capturedLogger, type CapturedLogger } from './captured-logger';
import { testBanyan } from './test-banyan';
import { closeIfLeftOpen } from './left-open';
import { waitFor } from './wait-for';

/** A proxy on a free port with a route table of its own. */
export interface RunningProxy extends Proxy {
  readonly logger: CapturedLogger;
  readonly routesFile: string;
  /** Saves a route table and waits until it is in force. */
  saveRoutes(text: string): Promise<void>;
}

/** Starts a proxy for a test; `close()` also removes its route table. */
export async function runProxy({
  routes = 'routes: []',
  observers = [],
  ...config
}: Partial<ProxyConfig> & { routes?: string; observers?: readonly Observer[] } & Pick<
    ProxyConfig,
    'legacyUrl'
  >): Promise<RunningProxy> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-proxy-'));
  const routesFile = path.join(folder, 'routes.yml');
  await writeFile(routesFile, routes);
  const logger = capturedLogger();
  const remove = () => rm(folder, { recursive: true, force: true });
  const proxy = await startProxy(
    {
      host: '127.0.0.1',
      port: 0,
      banyan: testBanyan,
      parityRules: testBanyan.parity.rules,
      lambdaUrl: undefined,
      lambdaEndpointType: 'private',
      trustedHops: 0,
      drainDelay: 0,
      legacyTimeout: 0,
      lambdaTimeout: 30_000,
      mongodbUri: undefined,
      session: undefined,
      overridesFile: undefined,
      killSwitchFile: undefined,
      adminPort: undefined,
      adminHost: '127.0.0.1',
      adminTokens: [],
      instanceName: 'test',
      guardWebhookUrl: undefined,
      versions: { legacy: 'test', lambda: 'test' },
      limits: DEFAULT_LIMITS,
      logLevel: 'info',
      ...config,
      routesFile,
    },
    logger,
    observers,
  ).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const close = async (): Promise<void> => {
    closed();
    await proxy.close();
    await remove();
  };
  const closed = closeIfLeftOpen(close);
  return {
    ...proxy,
    logger,
    routesFile,
    async saveRoutes(text) {
      const before = proxy.routes();
      await writeFile(routesFile, text);
      await waitFor('the saved route table', () => proxy.routes() !== before);
    },
    close,
  };
}
