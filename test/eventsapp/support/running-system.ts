import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import { parseAdminTokens } from '../../../proxy/admin/tokens';
import type { ServicesOptions } from '../services';
import { startSystem, type LocalSystem } from '../system';
import type { LocalMongo } from '../../../shared/local/mongo';
import { startTestMongo } from '../../support/test-mongo';
import { capturedLogger, type CapturedLogger } from '../../support/captured-logger';
import { closeIfLeftOpen } from '../../support/left-open';
import { waitFor } from '../../support/wait-for';

/** What signs the sessions of a system under test. */
export const TEST_SECRET = 'a secret for tests';

/** The routes that the monolith never had. */
const ONLY_ON_LAMBDA = new Set<unknown>(['private', 'health', 'initiate-upload', 'upload-status', 'upload-page']);

/** The demo's route table with every route moved to one stage, but for what exists on Lambda alone. */
export async function demoRoutes(stage: 'legacy' | 'lambda'): Promise<string> {
  const table = parseDocument(await readFile(path.join(__dirname, '../../../proxy/routes.yml'), 'utf8'));
  const routes = table.get('routes');
  for (const route of isSeq(routes) ? routes.items : [])
    if (isMap(route) && !ONLY_ON_LAMBDA.has(route.get('id'))) route.set('stage', stage);
  return table.toString();
}

/** The whole system on free ports, with a route table of its own. */
export interface RunningSystem extends LocalSystem {
  readonly logger: CapturedLogger;
  readonly routesFile: string;
  /** Saves the route table and waits until it is in force. */
  moveAllRoutes(stage: 'legacy' | 'lambda'): Promise<void>;
}

/** Starts everything for a test, on a MongoDB of {@link startTestMongo}. */
export async function runSystem({
  stage = 'lambda',
  consumers = true,
  routes = (text) => text,
  mongo: given,
  objectEvents,
  monolithPhotos,
  adminPort,
  adminToken,
}: {
  stage?: 'legacy' | 'lambda';
  consumers?: boolean;
  /** Is stopped with the system. */
  mongo?: LocalMongo;
  /** Changes the route table that it starts with. */
  routes?: (text: string) => string;
  objectEvents?: ServicesOptions['objectEvents'];
  monolithPhotos?: ServicesOptions['monolithPhotos'];
  adminPort?: number;
  adminToken?: string;
} = {}): Promise<RunningSystem> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-system-'));
  const routesFile = path.join(folder, 'routes.yml');
  await writeFile(routesFile, routes(await demoRoutes(stage)));
  await copyFile(path.join(__dirname, '../../../proxy/app-routes.json'), path.join(folder, 'app-routes.json'));
  const logger = capturedLogger();
  const mongo = given ?? (await startTestMongo({ logger }));
  const removeAll = async (): Promise<void> => {
    await mongo.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const system = await startSystem({
    env: { ROUTES_FILE: routesFile, SESSION_SECRET: TEST_SECRET, LOG_LEVEL: 'silent' },
    databases: { mongo, state: mongo },
    logger,
    consumers,
    monolithPhotos,
    ...(objectEvents && { objectEvents }),
    proxy: {
      adminPort,
      adminTokens: adminToken === undefined ? [] : parseAdminTokens(`local=${adminToken}`, []),
    },
  }).catch(async (error: unknown) => {
    await removeAll();
    throw error;
  });
  const close = async (): Promise<void> => {
    closed();
    await system.close();
    await removeAll();
  };
  const closed = closeIfLeftOpen(close);
  return {
    ...system,
    logger,
    routesFile,
    async moveAllRoutes(next) {
      const before = system.proxy.routes();
      await writeFile(routesFile, await demoRoutes(next));
      await waitFor(`all routes on ${next}`, () => system.proxy.routes() !== before);
    },
    close,
  };
}
