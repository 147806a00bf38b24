import type { AppRoute, Inventory } from '../../inventory/inventory';
import type { SessionFact, Setup } from '../../inventory/setup';
import { alignColumns } from '../align-columns';
import { describeGlobal, globalMiddleware } from '../routes/describe-inventory';
import { isReadableStore, variableOf } from './config-source';

/** What init has found, a line each. Pure. */
export function describeSetup({ express, routes, setup }: Inventory, entry: string): string {
  const session = setup?.sessions[0];
  const rows = [
    ['app', `${entry}: Express ${express}, routes: ${routes.length}, trust proxy ${String(setup?.trustProxy)}`],
    ['middleware', describeGlobal(globalMiddleware(routes))],
    ...(session === undefined ? [] : [['session', sessionLine(session)]]),
    ...(session === undefined ? [] : [['store', storeLine(session.store)]]),
    ...(setup?.user === undefined ? [] : [['users', userLine(setup.user)]]),
    ['database', setup?.databaseVariables.join(', ') || 'no variable holds its connection string'],
  ];
  return alignColumns(rows);
}

function sessionLine({ cookieName, secret, rolling, resave }: SessionFact): string {
  const from = secret.variables.length === 0 ? 'a secret from no variable' : `secret in ${secret.variables.join(', ')}`;
  return `cookie ${cookieName}, ${from}, rolling ${String(rolling)}, resave ${String(resave)}`;
}

function storeLine({ from, options, encryption }: SessionFact['store']): string {
  const shown = Object.entries(options)
    .filter(([name]) => /^(collection|collectionName|dbName|databaseName|touchAfter|ttl|stringify)$/.test(name))
    .map(([name, value]) => `${name} ${String(value)}`);
  return [from, ...shown, ...(encryption === undefined ? [] : [`encrypted (${encryption.scheme})`])].join(', ');
}

function userLine({ shape, properties, lookup }: NonNullable<Setup['user']>): string {
  if (shape === 'unknown') return 'serializeUser was not understood';
  const kept = `the session keeps ${properties.join(', ')}`;
  if (lookup === undefined) return kept;
  if (lookup === 'none') return `${kept}; deserializeUser accepts any`;
  if (lookup === 'unseen') return `${kept}; how deserializeUser finds the user is unknown`;
  return `${kept}; looked up in ${lookup.collection} by ${lookup.field}`;
}

/** What a person must know or do before the first route moves. Pure. */
export function warningsOf({ setup, routes, notes }: Inventory, trustedHops: number): readonly string[] {
  if (setup === undefined) return notes;
  const [session, ...others] = setup.sessions;
  return [
    ...(session === undefined
      ? ['it does not call express-session: lifted routes work, but no function can know who is logged in']
      : sessionWarnings(session)),
    ...(others.length === 0
      ? []
      : [
          `it calls express-session ${setup.sessions.length} times with different options; banyan.config has the first: cookie ${others.map(({ cookieName }) => cookieName).join(', ')} is left out`,
        ]),
    ...hopWarnings(setup.trustProxy, trustedHops),
    ...otherCredentials(routes),
    ...notes,
  ];
}

/** That functions do as the start script does, where that is not what production wants. Pure. */
export function nodeEnvWarnings(nodeEnv: string | undefined): readonly string[] {
  return nodeEnv === undefined || nodeEnv === 'production'
    ? []
    : [
        `npm start sets NODE_ENV=${nodeEnv}, so lifted functions get the same: clients see the stack traces of errors. If production sets another, write that into custom.monolith of serverless.yml`,
      ];
}

function sessionWarnings({ secret, store }: SessionFact): readonly string[] {
  const name = variableOf(secret, 'SESSION_SECRET');
  return [
    ...(store.isMemory
      ? ["sessions are kept in the memory of the process, out of Lambda's reach. Move them to MongoDB first"]
      : isReadableStore(store)
        ? []
        : [
            `sessions are kept by ${store.from}, which the authorizer cannot read: lifted routes work, rewritten ones stay anonymous`,
          ]),
    ...(secret.variables.length > 0
      ? []
      : [
          `the session secret comes from no variable: set ${name} to the same value for proxies, commands and functions`,
        ]),
    ...(store.encryption?.secret?.variables.length === 0
      ? ['the secret of the encrypted records comes from no variable: set SESSION_ENCRYPTION_SECRET to it']
      : []),
    ...(secret.count > 1
      ? [`express-session has ${secret.count} secrets: for Banyan ${name} must hold all, as a JSON array, newest first`]
      : []),
    ...(store.encryption?.scheme === 'unknown'
      ? ['records are encrypted as by connect-mongo 3, which cannot be read; connect-mongo 4 to 6 can']
      : []),
    ...(store.encryption !== undefined && store.encryption.secret === undefined && store.encryption.scheme !== 'unknown'
      ? [
          'records are encrypted: SESSION_ENCRYPTION_SECRET is the secret, and options that were changed belong under session.store.encryption',
        ]
      : []),
    ...(store.functions.some((one) => ['serialize', 'unserialize', 'transformId'].includes(one))
      ? ['the store has custom functions, which banyan.config must repeat: see To do there']
      : []),
  ];
}

function otherCredentials(routes: readonly AppRoute[]): readonly string[] {
  const found = routes.flatMap(({ hazards }) => hazards.filter(({ kind }) => kind === 'credential'));
  return [
    ...new Set(
      found.map(
        ({ text, place }) =>
          `it reads ${text} (${place}): if that logs someone in, rewritten routes need an authenticator for it, and banyan.config credentials`,
      ),
    ),
  ];
}

function hopWarnings(trustProxy: Setup['trustProxy'], trustedHops: number): readonly string[] {
  const isTrusting = trustProxy !== false && trustProxy !== 0;
  if (trustedHops === 0 && !isTrusting)
    return ["app.set('trust proxy', 1) before the proxy goes in front; otherwise every client has the proxy's address"];
  if (typeof trustProxy === 'string')
    return [`trust proxy is ${trustProxy}: the addresses of Banyan's proxies belong to it`];
  return [];
}

/** How many proxies are probably in front of an app that trusts as many. */
export function likelyHops(setup: Setup | undefined): number {
  if (setup === undefined) return 1;
  const { trustProxy, sessions } = setup;
  if (typeof trustProxy === 'number') return trustProxy;
  return trustProxy !== false || sessions.some(({ secure }) => secure !== false) ? 1 : 0;
}
