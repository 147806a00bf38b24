import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMap, isSeq, parseDocument } from 'yaml';
import type { BanyanConfig } from '../../shared/config';
import type { Logger } from '../../shared/logger';
import { loadProxyConfig } from '../config';
import { startProxy } from '../server';

/** Who answered the last request, as the proxy's log has it. */
export interface LastAnswer {
  readonly upstream: 'legacy' | 'lambda';
  /** What Lambda did before legacy answered instead. */
  readonly failure: string | undefined;
}

/** A proxy of the run's own: the candidate as clients will meet it once every route is on Lambda. */
export interface CandidateProxy {
  readonly url: string;
  lastAnswer(): LastAnswer | undefined;
  close(): Promise<void>;
}

interface CandidateProxyOptions {
  readonly banyan: BanyanConfig;
  readonly legacyUrl: string;
  readonly lambdaUrl: string;
  readonly routes: string;
  /** Where every route is put; routes that exist on Lambda alone never reach a comparison. */
  readonly stage: 'legacy' | 'lambda';
}

/** Starts a proxy on a free loopback port with the same routes as the given table, all on one stage. */
export async function startCandidateProxy(options: CandidateProxyOptions): Promise<CandidateProxy> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-parity-'));
  const routesFile = path.join(folder, 'routes.yml');
  await writeFile(routesFile, onStage(options.routes, options.stage));
  let last: LastAnswer | undefined;
  const note = (fields: object, message: string): void => {
    if (message === 'request' || message === 'request failed') last = readLine(fields);
  };
  const logger: Logger = { debug: () => undefined, info: note, warn: note, error: note };
  const config = loadProxyConfig(options.banyan, {
    HOST: '127.0.0.1',
    PORT: '0',
    // A free one: it is not looked at.
    ADMIN_PORT: '0',
    LEGACY_URL: options.legacyUrl,
    LAMBDA_URL: options.lambdaUrl,
    ROUTES_FILE: routesFile,
    LOG_LEVEL: 'info',
    // As behind a load balancer: what a case says of its protocol reaches both sides.
    TRUSTED_HOPS: '1',
  });
  const proxy = await startProxy(config, logger);
  return {
    url: proxy.url,
    lastAnswer: () => last,
    async close() {
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The table with every route on one stage, and nothing that makes a stage depend on who asks. */
export function onStage(routes: string, stage: 'legacy' | 'lambda'): string {
  const document = parseDocument(routes);
  const list = document.get('routes');
  if (!isSeq(list)) return routes;
  for (const route of list.items) {
    if (!isMap(route)) continue;
    route.set('stage', stage);
    for (const key of PER_REQUEST) route.delete(key);
  }
  return document.toString();
}

/** What only makes sense on the stage that a route was on. */
const PER_REQUEST = ['percent', 'shadow', 'guard', 'record'];

function readLine(fields: object): LastAnswer {
  const { upstream, lambda } = fields as Record<string, unknown>;
  const failure =
    typeof lambda === 'object' && lambda !== null
      ? Object.entries(lambda)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => `${name} ${String(value)}`)
          .join(', ')
      : undefined;
  return {
    upstream: upstream === 'lambda' ? 'lambda' : 'legacy',
    failure,
  };
}
