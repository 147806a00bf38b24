import type { AppRoute } from '../../inventory/inventory';
import type { SecretFact, SessionFact, Setup, UserFact } from '../../inventory/setup';
import { exportDefault, importLine, propertyKey, quoted, type Dialect } from '../scaffold/dialect';
import { Code, literal } from './literal';
import { learnResponses } from './responses';

export interface ConfigFacts {
  /** As in banyan.config.ts. */
  readonly app: string;
  readonly trustedHops: number;
  /** Undefined: the app was not looked at. */
  readonly setup: Setup | undefined;
  /** Of the session cookie, where only a running app was looked at. */
  readonly cookieName?: string | undefined;
  readonly routes: readonly AppRoute[];
  /** A command that fills an empty database. */
  readonly seed?: string | undefined;
}

/** The text of a banyan.config.* that says what the app really does; what is not known is a comment that begins with `To do`. Pure. */
export function configSource(
  dialect: Dialect,
  { app, trustedHops, setup, cookieName, routes, seed }: ConfigFacts,
): string {
  const session = setup?.sessions[0];
  const responses = learnResponses(setup?.answers ?? []);
  const identity = setup === undefined ? UNKNOWN : identityOf(setup.user, dialect);
  const config = ['defineConfig', 'expressErrorPage', 'expressJson', 'fromEnvironment'];
  const used = config.filter((name) => name !== 'expressErrorPage' || responses.text.includes(name));
  const sessionNames = [identity.imports, 'sessionAuthenticator'].flat();
  return `${importLine(dialect, `{ ${used.join(', ')} }`, 'banyan-strangler/config')}
${importLine(dialect, `{ ${sessionNames.join(', ')} }`, 'banyan-strangler/session')}

// Written by banyan init${setup === undefined ? '' : ', from what the app passes to Express, express-session, its store and passport'}. Yours to edit.
${exportDefault(dialect)} defineConfig({
  app: ${quoted(app)},
  // Load balancers, CDNs and other proxies in front of Banyan's; the variable TRUSTED_HOPS wins.
  trustedHops: ${trustedHops},
  session: ${sessionText(session, cookieName)},
${comment(identity.todo, 2)}  identity: ${identity.text},
  authenticators: [sessionAuthenticator],
${comment(responses.todo, 2)}  responses: ${responses.text},
  gateway: { endpointType: 'regional' },
  parity: {
    identities: {
      anonymous: { kind: 'anonymous' },
${loginExample(routes)}    },
  },
${devText(setup, seed)}});
`;
}

/** What `banyan dev` cannot know: the app's own name for the connection string, and what fills the database. */
function devText(setup: Setup | undefined, seed: string | undefined): string {
  const names = (setup?.databaseVariables ?? []).filter((name) => name !== 'MONGODB_URI');
  const environment = Object.fromEntries(names.map((name) => [name, '{{MONGODB_URI}}']));
  const dev = { ...(names.length > 0 && { environment }), ...(seed !== undefined && { seed }) };
  return Object.keys(dev).length === 0 ? '' : `  dev: ${literal(dev, 2)},\n`;
}

const comment = (lines: readonly string[], indent: number): string =>
  lines.map((line) => `${' '.repeat(indent)}// ${line}\n`).join('');

function sessionText(session: SessionFact | undefined, seenCookie: string | undefined): string {
  const { cookieName = seenCookie ?? 'connect.sid', rolling, resave, cookiePath = '/', store, secret } = session ?? {};
  const touchAfter = store?.options['touchAfter'];
  return literal(
    {
      cookieName,
      secrets: source(secret, 'SESSION_SECRET'),
      store: storeOptions(store),
      ...(typeof touchAfter === 'number' && touchAfter > 0 && { touchAfter }),
      ...(rolling !== undefined && { rolling }),
      ...(resave !== undefined && { resave }),
      ...(cookiePath !== '/' && { cookie: { path: cookiePath } }),
    },
    2,
  );
}

/** The variable that functions and proxies read it from. */
export const variableOf = (secret: SecretFact | undefined, fallback: string): string =>
  secret?.variables[0] ?? fallback;

function source(secret: SecretFact | undefined, fallback: string): Code {
  const verbatim = secret?.isVerbatim === true ? ', { verbatim: true }' : '';
  return new Code(`fromEnvironment(${quoted(variableOf(secret, fallback))}${verbatim})`);
}

/** Options of the stores by the names that banyan.config.ts has for them, and what stands for one that is not given. */
const CONNECT_MONGO: readonly Known[] = [
  ['collectionName', 'sessions'],
  ['collection', 'sessions', 'collectionName'],
  ['dbName', undefined],
  ['stringify', true],
  ['ttl', 1_209_600],
  ['timestamps', false],
];
const CONNECT_MONGODB_SESSION: readonly Known[] = [
  ['collection', 'sessions'],
  ['databaseName', undefined],
  ['idField', '_id'],
  ['expiresKey', 'expires'],
  ['expires', 1_209_600_000],
];
type Known = readonly [name: string, fallback: unknown, written?: string];

/** Whether the authorizer can read its records. */
export const isReadableStore = ({ from }: Pick<SessionFact['store'], 'from'>): boolean =>
  from === 'connect-mongo' || from === 'connect-mongodb-session';

function storeOptions(store: SessionFact['store'] | undefined): object {
  if (store === undefined || !isReadableStore(store)) return { format: 'connect-mongo' };
  const isConnectMongo = store.from === 'connect-mongo';
  const known = isConnectMongo ? CONNECT_MONGO : CONNECT_MONGODB_SESSION;
  const given = new Map<string, unknown>(Object.entries(store.options));
  const kept = known.flatMap(([name, fallback, written = name]) => {
    const value = given.get(name);
    return value === undefined || value === fallback ? [] : [[written, value] as readonly [string, unknown]];
  });
  // Their code is in the app: what they are here is a question.
  const functions = store.functions
    .filter((name) => isConnectMongo && ['serialize', 'unserialize', 'transformId'].includes(name))
    .map((name): readonly [string, unknown] => [
      name,
      new Code(`(value) => value /* To do: as the app's own ${name} */`),
    ]);
  const options = Object.fromEntries([...kept, ...functions]) as Readonly<Record<string, unknown>>;
  return { format: store.from, ...options, ...encryptionOf(store) };
}

function encryptionOf({ encryption }: SessionFact['store']): object {
  if (encryption === undefined || encryption.scheme === 'unknown') return {};
  const { scheme, secret, hashing, encodeas } = encryption;
  return {
    encryption: {
      scheme,
      secret: source(secret, 'SESSION_ENCRYPTION_SECRET'),
      ...(hashing !== undefined && { hashing }),
      ...(encodeas !== undefined && { encodeas }),
    },
  };
}

interface IdentityText {
  readonly imports: readonly string[];
  readonly text: string;
  readonly todo: readonly string[];
}

const UNKNOWN: IdentityText = {
  imports: ['passportUserData'],
  text: 'passportUserData()',
  todo: [
    "To do: session and identity as in the app's code, which was not examined. These are the defaults of express-session,",
    "connect-mongo and passport; npx banyan init --entry <file> detects the app's own.",
  ],
};

function identityOf(user: UserFact | undefined, { syntax }: Dialect): IdentityText {
  const key = user === undefined || user.key === 'passport' ? '' : `key: ${quoted(user.key)}`;
  const data = { imports: ['passportUserData'], text: `passportUserData(${key === '' ? '' : `{ ${key} }`})` };
  if (user === undefined)
    return {
      ...data,
      todo: ['To do: the app does not use passport: { fromSession, parse } that finds the user in a session.'],
    };
  if (user.shape === 'data') {
    const hasId = user.properties.some((name) => ['userId', 'id', '_id'].includes(name));
    const kept = `The session keeps ${user.properties.join(', ')} of a user; with parse, functions get more than the id.`;
    return { ...data, todo: [hasId ? kept : `To do: parse that finds the id. ${kept}`] };
  }
  if (user.shape === 'unknown')
    return { ...data, todo: ['To do: what does serializeUser keep of a user? It could not be determined.'] };
  if (typeof user.lookup !== 'object')
    return {
      ...data,
      todo:
        user.lookup === 'none'
          ? ["deserializeUser accepts any id, so the session's is used as it is."]
          : [
              'To do: how deserializeUser finds the user is unknown. If it asks the database, use passportUserId({ findUser }) likewise;',
              'until then a deleted user stays logged in.',
            ],
    };
  const { collection, field } = user.lookup;
  const isTyped = syntax === 'typescript';
  const property = propertyKey(field);
  const type = isTyped ? `<{ ${property}: UserId }>` : '';
  return {
    imports: ['passportUserId', ...(isTyped ? ['type UserId'] : [])],
    text: `passportUserId({
    ${key === '' ? '' : `${key},\n    `}// As the app's deserializeUser looks it up.
    findUser: (db, ids) =>
      db.collection${type}(${quoted(collection)}).findOne({ ${property}: { $in: ids } }, { projection: { _id: 1 } }),
  })`,
    todo: [],
  };
}

/** How a user logs in, to be completed: no command knows a password. */
function loginExample(routes: readonly AppRoute[]): string {
  const login = routes.find(({ method, path }) => method === 'POST' && /log-?in|sign-?in|session/i.test(path));
  if (login === undefined) return '      // To do: a user, so that parity is compared logged in, too: kind steps.\n';
  const hasCsrf = login.hazards.some(({ kind }) => kind === 'csrf');
  const isJson = !hasCsrf && !login.renders;
  const page = routes.find(({ method, path }) => method === 'GET' && path === login.path);
  const body = `{ ${hasCsrf ? "_csrf: '{{csrf}}', " : ''}username: '...', password: '...' }`;
  const steps = [
    ...(hasCsrf
      ? [`{ request: 'GET ${page?.path ?? login.path}', extract: { csrf: { selector: 'input[name=_csrf]' } } }`]
      : []),
    `{ request: 'POST ${login.path}', ${isJson ? 'json' : 'form'}: ${body} }`,
  ];
  return `      // To do: a user of your test data, so that parity is compared logged in, too.
      // user: {
      //   kind: 'steps',
      //   steps: [
${steps.map((step) => `      //     ${step},\n`).join('')}      //   ],
      // },
`;
}
