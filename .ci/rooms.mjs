import { readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * The rooms of each folder of the kit from top to bottom: a room (a folder, or a file of its own) imports from rooms below it, types
 * included, never from one above. eslint.config.mjs enforces it; the reasons stand in proxy/README.md.
 */
export const ROOMS = {
  proxy: [
    // Commands, and what starts a whole proxy.
    ...['cli', 'index', 'dev', 'inventory', 'parity', 'export', 'server'],
    // Beside the way of a request: what operators see and decide.
    ...['control-plane', 'config', 'read-upstream-tls', 'misspelt-variables', 'admin', 'metrics'],
    // The way of a request, and who watches it.
    ...[
      'client-server',
      'handle-request',
      'lambda-answer',
      'report-request',
      'climb',
      'guard',
      'shadow',
      'fallback',
      'record',
    ],
    // What is remembered, and what is in force.
    ...['fleet', 'ledger', 'observation', 'choose-target', 'overrides', 'history'],
    // Who asks, and how much of it.
    ...['client-limits', 'limits', 'client', 'cohort'],
    // HTTP.
    ...['forward', 'tracing', 'http1'],
    // Knows nothing of the others.
    ...[
      'route-table',
      'request-target',
      'statistics',
      'logger',
      'health',
      'help',
      'end-on-uncaught',
      'keep-tick-shape',
    ],
  ],
  shared: [
    ...[
      'deployment',
      'local',
      'parity',
      'recording',
      'config',
      'session',
      'serverless-file',
      'app-entry',
      'api-gateway',
    ],
    ...[
      'mongo',
      'aws-client',
      'optional-package',
      'lambda-environment',
      'own-package',
      'signed-mark',
      'logger',
      'loggable-error',
      'listen-error',
      'dot-env',
      'env',
    ],
    ...['mangled-value', 'lifted-symbol', 'parsed-yaml', 'text-file', 'errors'],
    ...[
      'printable',
      'plain-name',
      'nearest-name',
      'json-path',
      'this-machine-only',
      'weak-etag',
      'within',
      'after-reading',
      'group-by',
    ],
  ],
  lambda: ['index', 'lifted', 'authorizer', 'http', 'mongo', 'config', 'vpc-proxy', 'backoff', 'whatwg-url'],
};

/** Folders that are no rooms of the kit: the example, and what holds no TypeScript modules. */
const NO_ROOMS = new Set(['lambda/eventsapp', 'lambda/infrastructure', 'lambda/deployment']);

/**
 * Zones for `import-x/no-restricted-paths`.
 *
 * @param root of the repository
 * @throws Error for a folder or file that has no place in the order yet, and for a place that is empty
 */
export function roomZones(root) {
  return Object.entries(ROOMS).flatMap(([folder, order]) => {
    const found = new Map(
      readdirSync(path.join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() || /(?<!\.d)\.ts$/.test(entry.name))
        .filter((entry) => !NO_ROOMS.has(`${folder}/${entry.name}`))
        .map((entry) => [path.basename(entry.name, '.ts'), `./${folder}/${entry.name}`]),
    );
    const homeless = [...found.keys()].filter((room) => !order.includes(room));
    const empty = order.filter((room) => !found.has(room));
    if (homeless.length > 0 || empty.length > 0)
      throw new Error(
        `.ci/rooms.mjs, ${folder}: ${[...homeless.map((room) => `give ${room} a place`), ...empty.map((room) => `remove ${room}, which does not exist`)].join('; ')}`,
      );
    return order.slice(1).map((room, index) => ({
      target: found.get(room),
      from: order.slice(0, index + 1).map((above) => found.get(above)),
      message: `${folder}/${room} lies below it: imports run downwards (.ci/rooms.mjs).`,
    }));
  });
}
