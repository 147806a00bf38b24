import { likelyHops, nodeEnvWarnings, warningsOf } from '../../../../../proxy/cli/init/describe-setup';
import type { SessionFact, Setup } from '../../../../../proxy/inventory/setup';

const SESSION: SessionFact = {
  cookieName: 'sid',
  cookiePath: '/',
  secure: false,
  rolling: false,
  resave: false,
  secret: { count: 1, variables: ['KEY'], isVerbatim: false },
  store: { from: 'connect-mongo', isMemory: false, options: {}, functions: [] },
};
const SETUP: Setup = { trustProxy: 1, sessions: [SESSION], databaseVariables: ['DB'], answers: [] };
const warnings = (setup: Partial<Setup>, hops = 1): readonly string[] =>
  warningsOf({ express: '4', routes: [], handlers: [], variables: [], notes: [], setup: { ...SETUP, ...setup } }, hops);
const withSession = (session: Partial<SessionFact>): readonly string[] =>
  warnings({ sessions: [{ ...SESSION, ...session }] });
const withStore = (store: Partial<SessionFact['store']>): readonly string[] =>
  withSession({ store: { ...SESSION.store, ...store } });

it('nothing is said of an app that fits', () => {
  expect(warnings({})).toEqual([]);
});

it.each([
  ['no sessions', warnings({ sessions: [] }), /does not call express-session/],
  [
    'several kinds of them',
    warnings({ sessions: [SESSION, { ...SESSION, cookieName: 'admin' }] }),
    /cookie admin is left out/,
  ],
  [
    'a secret in the code',
    withSession({ secret: { count: 1, variables: [], isVerbatim: false } }),
    /from no variable: set SESSION_SECRET/,
  ],
  [
    'several secrets',
    withSession({ secret: { count: 2, variables: ['KEY'], isVerbatim: false } }),
    /KEY must hold all, as a JSON array/,
  ],
  ['sessions in memory', withStore({ from: 'express-session', isMemory: true }), /memory of the process/],
  ['another store', withStore({ from: 'connect-redis' }), /kept by connect-redis/],
  ['functions of the store', withStore({ functions: ['unserialize'] }), /custom functions/],
  [
    'records of connect-mongo 3',
    withStore({ encryption: { scheme: 'unknown' } }),
    /connect-mongo 3, which cannot be read/,
  ],
  [
    'an adapter for encryption',
    withStore({ encryption: { scheme: 'webcrypto' } }),
    /SESSION_ENCRYPTION_SECRET is the secret/,
  ],
  ['no proxy in front, and none trusted', warnings({ trustProxy: false }, 0), /app\.set\('trust proxy', 1\)/],
  ['addresses that are trusted', warnings({ trustProxy: 'loopback' }), /trust proxy is loopback/],
])('%s is said', (_what, said, expected) => {
  expect(said).toEqual([expect.stringMatching(expected)]);
});

it.each([
  [2, SESSION, 2],
  [true, SESSION, 1],
  ['loopback', SESSION, 1],
  [false, SESSION, 0],
  [false, { ...SESSION, secure: true }, 1],
])('trust proxy %j suggests a number of proxies', (trustProxy, session, expected) => {
  expect(likelyHops({ ...SETUP, trustProxy, sessions: [session] })).toBe(expected);
});

it.each([undefined, 'production'])('NODE_ENV %s needs no warning, another does', (nodeEnv) => {
  expect(nodeEnvWarnings(nodeEnv)).toEqual([]);
  expect(nodeEnvWarnings('development').join()).toContain('npm start sets NODE_ENV=development');
});
