import { parse } from 'yaml';
import { configSource } from '../../../../../proxy/cli/init/config-source';
import { learnResponses } from '../../../../../proxy/cli/init/responses';
import { rulesSource } from '../../../../../proxy/cli/init/rules-source';
import { serverlessSource } from '../../../../../proxy/cli/init/serverless-source';
import type { Dialect } from '../../../../../proxy/cli/scaffold/dialect';
import type { AnswerFact, Setup } from '../../../../../proxy/inventory/setup';
import { expressErrorPage, expressJson } from '../../../../../shared/config';
import { compareExchange } from '../../../../../shared/parity/compare';
import { parseRules } from '../../../../../shared/parity/rules-file';

const COMMONJS: Dialect = { syntax: 'commonjs', extension: 'js', isModule: false };
const TYPESCRIPT: Dialect = { syntax: 'typescript', extension: 'ts', isModule: false };
const SETUP: Setup = {
  trustProxy: 1,
  sessions: [
    {
      cookieName: 'sid',
      cookiePath: '/app',
      secure: false,
      rolling: true,
      resave: false,
      secret: { count: 1, variables: ['KEY'], isVerbatim: true },
      store: {
        from: 'connect-mongo',
        isMemory: false,
        options: { collectionName: 'logins', touchAfter: 60, ttl: 1_209_600, autoRemove: 'native' },
        functions: ['transformId', 'other'],
        encryption: { scheme: 'kruptein', secret: { count: 1, variables: [], isVerbatim: false }, hashing: 'sha256' },
      },
    },
  ],
  user: { key: 'auth', shape: 'id', properties: ['id'], lookup: { collection: 'people', field: 'login-name' } },
  databaseVariables: ['DB'],
  answers: [],
};
const facts = { app: "it's/app.js", trustedHops: 2, setup: SETUP, routes: [] };

describe('banyan.config', () => {
  it('has what differs from the defaults, by its own names', () => {
    const text = configSource(COMMONJS, facts);
    expect(text).toContain("  app: 'it\\'s/app.js',\n");
    expect(text).toContain('  trustedHops: 2,\n');
    expect(text).toContain(`  session: {
    cookieName: 'sid',
    secrets: fromEnvironment('KEY', { verbatim: true }),
    store: {
      format: 'connect-mongo',
      collectionName: 'logins',
      transformId: (value) => value /* To do: as the app's own transformId */,
      encryption: {
        scheme: 'kruptein',
        secret: fromEnvironment('SESSION_ENCRYPTION_SECRET'),
        hashing: 'sha256',
      },
    },
    touchAfter: 60,
    rolling: true,
    resave: false,
    cookie: { path: '/app' },
  },
`);
    expect(text).toContain("key: 'auth',");
    expect(text).toContain(
      "db.collection('people').findOne({ 'login-name': { $in: ids } }, { projection: { _id: 1 } })",
    );
    expect(text).toMatch(/^const \{ defineConfig/);
    expect(text).toContain('\nmodule.exports = defineConfig({');
  });

  it('has for banyan dev what the app calls the connection string, and what fills the database', () => {
    expect(configSource(COMMONJS, { ...facts, seed: 'npm run seed' })).toContain(
      "  dev: { environment: { DB: '{{MONGODB_URI}}' }, seed: 'npm run seed' },\n});\n",
    );
    const plain = { ...facts, setup: { ...SETUP, databaseVariables: ['MONGODB_URI'] } };
    expect(configSource(COMMONJS, plain)).not.toContain('dev:');
  });

  it('says of an app that was not looked at that these are defaults', () => {
    const text = configSource(COMMONJS, { ...facts, setup: undefined, cookieName: 'seen.sid' });
    expect(text).toContain("cookieName: 'seen.sid'");
    expect(text).toContain('To do: session and identity');
    expect(text).not.toContain('does not use passport');
  });

  it('is typed in TypeScript', () => {
    const text = configSource(TYPESCRIPT, facts);
    expect(text).toContain(
      "import { passportUserId, type UserId, sessionAuthenticator } from 'banyan-strangler/session';",
    );
    expect(text).toContain("db.collection<{ 'login-name': UserId }>('people')");
    expect(text).toContain('\nexport default defineConfig({');
  });

  it.each([
    [
      'connect-mongodb-session',
      { collection: 's', idField: 'sid', expires: 5 },
      "{ format: 'connect-mongodb-session', collection: 's', idField: 'sid', expires: 5 }",
    ],
    [
      'connect-mongo',
      { collection: 'three', stringify: false },
      "{ format: 'connect-mongo', collectionName: 'three', stringify: false }",
    ],
    ['connect-redis', { prefix: 'x' }, "{ format: 'connect-mongo' }"],
  ])('a store of %s', (from, options, expected) => {
    const [session] = SETUP.sessions;
    if (session === undefined) throw new Error();
    const setup = { ...SETUP, sessions: [{ ...session, store: { from, isMemory: false, options, functions: [] } }] };
    expect(configSource(COMMONJS, { ...facts, setup })).toContain(`store: ${expected},\n`);
  });

  it.each([
    [undefined, 'does not use passport'],
    [{ key: 'passport', shape: 'unknown' as const, properties: [] }, 'could not be determined'],
    [{ key: 'passport', shape: 'data' as const, properties: ['email'] }, 'To do: parse that finds the id'],
    [{ key: 'passport', shape: 'data' as const, properties: ['id', 'email'] }, '// The session keeps id, email'],
    [{ key: 'passport', shape: 'id' as const, properties: ['id'], lookup: 'none' as const }, 'accepts any id'],
    [{ key: 'passport', shape: 'id' as const, properties: ['id'], lookup: 'unseen' as const }, 'is unknown'],
  ])('an identity that is not looked up says why: %j', (user, expected) => {
    const text = configSource(COMMONJS, { ...facts, setup: { ...SETUP, user } });
    expect(text).toContain(expected);
    expect(text).toContain('identity: passportUserData(),');
  });
});

describe('responses', () => {
  const answer = (
    statusCode: number,
    body: string,
    headers: Record<string, string> = {},
    isFixed = true,
  ): AnswerFact => ({
    path: '/',
    statusCode,
    headers: { 'x-frame-options': 'DENY', date: 'now', ...headers },
    body,
    isFixed,
    varies: { headers: [], fields: [] },
  });
  const refusal = expressJson(401, { error: "don't" });

  it('have the headers that every answer has, and the refusal by its helper', () => {
    const { text, todo } = learnResponses([
      answer(200, 'hi', { 'x-own': '1' }),
      answer(401, refusal.body, refusal.headers),
    ]);
    expect(text).toContain("headers: { 'x-frame-options': 'DENY' },");
    expect(text).toContain("unauthorized: expressJson(401, { error: 'don\\'t' }),");
    expect(todo.join()).toMatch(/403, 500/);
  });

  it('have the most frequent refusal, and say that there are others', () => {
    const page = expressErrorPage(401);
    const { text, todo } = learnResponses([
      answer(401, 'a\nb', { 'content-type': 'text/plain', etag: 'x' }),
      answer(401, page.body, page.headers),
      answer(401, page.body, page.headers),
    ]);
    expect(text).toContain('unauthorized: expressErrorPage(401),');
    expect(todo.join()).toContain('Of 2 different answers');
  });

  it('have one that no helper makes, to the byte', () => {
    const { text } = learnResponses([answer(401, 'a\nb', { 'content-type': 'text/plain', etag: 'x' })]);
    expect(text).toContain(
      "unauthorized: { statusCode: 401, headers: { 'content-type': 'text/plain', etag: 'x' }, body: 'a\\nb' },",
    );
  });

  it('have none that differs from request to request', () => {
    const { text, todo } = learnResponses([answer(401, 'token 1', {}, false)]);
    expect(text).not.toContain('token 1');
    expect(todo.join()).toContain('401 (here it differs from request to request, or holds a secret), 403, 500');
  });
});

describe('rules', () => {
  const NOW = new Date('2026-11-28T12:00:00Z');
  const varies = {
    headers: ['date', 'x-ratelimit-remaining', 'x-request-id'],
    fields: ['input _csrf', 'meta csrf-token'],
  };
  const answers = [
    {
      path: '/',
      statusCode: 200,
      headers: { 'ratelimit-reset': '900', 'ratelimit-limit': '5' },
      body: '',
      isFixed: false,
      varies,
    },
  ];
  const rules = parseRules(rulesSource({ ...SETUP, answers }, NOW), 'rules.yml');
  const page = (token: string, session: string, left: string) => ({
    statusCode: 200,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Set-Cookie', `sid=s%3A${session.repeat(32)}.${`${session}%2B`.repeat(21)}${session}; Path=/app`],
      ['RateLimit-Reset', left],
    ] as const,
    body: Buffer.from(
      `<!DOCTYPE html><html><head><meta name="csrf-token" content="${token}"></head><body><form><input name=_csrf value="${token}"></form></body></html>`,
    ),
  });

  it('allow what the app itself answers differently each time, for 90 days', () => {
    expect(rules.map(({ path, kind, expires }) => [path, kind, expires])).toEqual([
      ['body input[name=_csrf] @value', 'token', '2027-02-26'],
      ['body meta[name=csrf-token] @content', 'token', '2027-02-26'],
      ['header ratelimit-reset', 'ignore', '2027-02-26'],
      ['header x-ratelimit-remaining', 'ignore', '2027-02-26'],
    ]);
    const [control, candidate] = [page('tEST/+oken0=', 'a', '10'), page('aN0ther+/one', 'b', '11')];
    expect(compareExchange(control, candidate, { rules, identity: 'anonymous' }).differences).toEqual([]);
  });

  it('do not allow a token that is missing', () => {
    const [control, candidate] = [page('tEST/+oken0=', 'a', '10'), page('', 'b', '10')];
    const { differences } = compareExchange(control, candidate, { rules, identity: 'anonymous' });
    expect(differences.map(({ path }) => path).join()).toMatch(/meta\[name=csrf-token\].*input\[name=_csrf\]/);
  });

  it('are none for an app that answers the same each time', () => {
    expect(parseRules(rulesSource(undefined, NOW), 'rules.yml')).toEqual([]);
  });
});

it('serverless.yml names where values are kept, and has none', () => {
  const text = serverlessSource({
    service: 'shop',
    nodeEnv: 'development',
    databaseVariable: 'MONGO_URL',
    secretVariables: ['SESSION_KEY'],
    variables: ['MONGO_URL', 'PORT', 'SITE_NAME', 'STRIPE_KEY'],
    unset: ['CURRENCY', 'HOST'],
  });
  const { custom } = parse(text) as { custom: Record<string, Record<string, unknown>> };
  expect(custom['monolith']).toEqual({
    NODE_ENV: 'development',
    MONGO_URL: '${self:custom.secrets.MONGO_URL.value}',
    SESSION_KEY: '${self:custom.secrets.SESSION_KEY.value}',
    SITE_NAME: '${self:custom.secrets.SITE_NAME.value}',
    STRIPE_KEY: '${self:custom.secrets.STRIPE_KEY.value}',
  });
  expect(custom['rewritten']).toEqual({
    MONGODB_URI: '${self:custom.secrets.MONGO_URL.value}',
    SESSION_KEY: '${self:custom.secrets.SESSION_KEY.value}',
  });
  expect(custom['secrets']).toMatchObject({
    SITE_NAME: { store: 'ssm', value: '{{resolve:ssm:/shop/${sls:stage}/SITE_NAME}}' },
    STRIPE_KEY: { store: 'secretsmanager', name: 'shop/${sls:stage}/STRIPE_KEY' },
  });
  expect(text).toContain('were not set when this file was written: CURRENCY\n');
});
