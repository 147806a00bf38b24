import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import banyan from '../../../../../banyan.config';
import { checkCredentials } from '../../../../../proxy/cli/check/credentials';
import { checkFunctions } from '../../../../../proxy/cli/check/functions';
import { checkGatewayResponses } from '../../../../../proxy/cli/check/gateway-responses';
import { readGatewayRoutes } from '../../../../../proxy/cli/check/gateway-routes';
import { checkProject } from '../../../../../proxy/cli/check/check-project';
import { renderFindings, type Finding } from '../../../../../proxy/cli/finding';
import { checkRoutesSchema } from '../../../../../proxy/cli/check/routes-schema';
import { checkSecrets } from '../../../../../proxy/cli/check/secrets';
import { parseRouteTable } from '../../../../../proxy/route-table/load';
import { gatewayResponses } from '../../../../../shared/config/gateway-responses';
import { fromEnvironment } from '../../../../../shared/config';
import { apiKeyAuthenticator } from '../../../../../shared/session/api-key-authenticator';
import { sessionAuthenticator } from '../../../../../shared/session/session-authenticator';

const ROOT = path.join(__dirname, '../../../../..');
let folder: string;
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'banyan-check-'))));
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const full = path.join(folder, name);
  await writeFile(full, text);
  return full;
}
const routesOf = (...entries: string[]) =>
  parseRouteTable(`routes:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`, {
    file: 'routes.yml',
    lambdaAvailable: true,
  }).routes;
const textOf = (findings: readonly Finding[]): string => renderFindings(findings).replace(/[ \n]+/g, ' ');

describe('credentials', () => {
  const events = '{ id: events, match: GET /events, stage: lambda }';
  const kept = '{ id: events, match: GET /events, stage: lambda, unless: { header: X-Api-Key } }';
  const identities = { key: { kind: 'headers', headers: { 'X-API-Key': 'k', Cookie: 'a=b' } } } as const;
  const config = { ...banyan, authenticators: [sessionAuthenticator], credentials: [], parity: { identities } };

  it('says what they are derived from', () => {
    const text = textOf(checkCredentials(banyan, []));
    expect(text).toContain('the session (cookie eventsapp.sid, Authorization: Bearer)');
    expect(text).toContain('header x-api-key (credentials, parity.identities["API key"])');
    expect(text).toContain('Credentials that are neither declared nor read by name in the sources cannot be found');
  });

  it('warns of one that Lambda does not know', () => {
    const findings = checkCredentials(config, routesOf(events));
    expect(textOf(findings)).toContain(
      'warning header x-api-key accepted by the monolith, unknown to Lambda on: events -> add unless: { header: x-api-key }',
    );
    expect(textOf(findings)).not.toContain('header cookie');
  });

  it.each(['shadow', 'canary, percent: 5', 'retired'])('warns on %s too', (stage) => {
    const findings = checkCredentials(config, routesOf(events.replace('lambda', stage)));
    expect(textOf(findings)).toContain('unknown to Lambda on: events');
  });

  it.each<[string, string, object]>([
    ['it is kept on legacy', kept, {}],
    ['the route is on legacy', events.replace('lambda', 'legacy'), {}],
    [
      'an authenticator reads it',
      events,
      {
        authenticators: [sessionAuthenticator, apiKeyAuthenticator({ findIdentity: () => Promise.resolve(undefined) })],
      },
    ],
    [
      'the monolith does not accept it there',
      events,
      { credentials: [{ header: 'x-api-key', exceptRoutes: ['events'] }] },
    ],
  ])('is silent when %s', (_case, route, changes) => {
    expect(checkCredentials({ ...config, ...changes }, routesOf(route)).map(({ level }) => level)).toEqual([
      'ok',
      'ok',
    ]);
  });

  it.each<[object, object, boolean]>([
    [{ cookie: 'remember_me' }, { cookie: 'remember_me' }, true],
    [{ cookie: 'remember_me' }, { cookie: 'Remember_me' }, false],
    [{ query: 'token' }, { query: 'token' }, true],
    [{ query: 'token' }, { header: 'token' }, false],
  ])('keeps %j on legacy by unless %j: %s', (credential, unless, isKept) => {
    const route = `{ id: a, match: GET /a, stage: lambda, unless: ${JSON.stringify(unless)} }`;
    const findings = checkCredentials(
      { ...config, credentials: [credential as { cookie: string }], parity: { identities: {} } },
      routesOf(route),
    );
    expect(findings.some(({ level }) => level === 'warning')).toBe(!isKept);
  });

  it('warns of an exception for a route that is not listed, and of a session that is not asked', () => {
    const changes = { credentials: [{ header: 'x-api-key', exceptRoutes: ['gone'] }], authenticators: [] };
    const text = textOf(checkCredentials({ ...config, ...changes }, routesOf(kept)));
    expect(text).toContain('exceptRoutes names gone, which is not in the route table');
    expect(text).toContain('the session is not among the authenticators');
  });
});

describe('secrets', () => {
  const encrypted = {
    ...banyan.session,
    store: { format: 'connect-mongo', encryption: { scheme: 'kruptein', secret: fromEnvironment('CRYPTO') } },
  } as const;

  it('that are set must have the form of one, and are not shown', () => {
    const text = textOf(checkSecrets(encrypted, { SESSION_SECRET: '"hidden"', CRYPTO: 'hidden' }));
    expect(text).toContain('fault secret SESSION_SECRET is enclosed in quotes');
    expect(text).toContain('ok secret CRYPTO looks like a secret');
    expect(text).not.toContain('hidden');
  });

  it('that are not set are no fault', () => {
    expect(checkSecrets(encrypted, {})).toEqual([]);
  });
});

describe('gateway responses', () => {
  const { responses } = banyan;
  const generated = (changes: object = {}) =>
    stringify({ Resources: gatewayResponses({ responses: { ...responses, ...changes } }) });
  const check = async (text: string, resources = 'resources: ["${file(./responses.yml)}", "${file(./x.js)}"]') => {
    await file('responses.yml', text);
    return textOf(checkGatewayResponses(await file('serverless.yml', resources), banyan));
  };

  it('of this repository are as banyan.config.ts generates them', () => {
    expect(checkGatewayResponses(path.join(ROOT, 'serverless.yml'), banyan).map(({ level }) => level)).toEqual(['ok']);
  });

  it('may stand in serverless.yml itself', async () => {
    const inline = stringify({ resources: { Resources: gatewayResponses(banyan) } });
    expect(await check('', inline)).toContain('ok gateway responses');
  });

  it.each<[string, object, string]>([
    ['status', { unauthorized: { ...responses.unauthorized, statusCode: 403 } }, 'UNAUTHORIZED in .*: StatusCode'],
    ['body', { forbidden: { ...responses.forbidden, body: '{}' } }, 'ACCESS_DENIED in .*: ResponseTemplates'],
    ['header', { headers: { 'x-powered-by': 'PHP' } }, 'DEFAULT_5XX in .*: ResponseParameters'],
  ])('of an earlier %s are a fault', async (_case, changes, text) => {
    expect(await check(generated(changes))).toMatch(
      new RegExp(`fault gateway responses .*${text} -> run banyan gateway-responses`),
    );
  });

  it('that are missing are a fault', async () => {
    const { GatewayResponseUnauthorized: unauthorized } = gatewayResponses(banyan);
    expect(await check(stringify({ Resources: { unauthorized } }))).toContain(
      'fault gateway responses ACCESS_DENIED is missing',
    );
  });

  it('that are not deployed at all are a warning', async () => {
    expect(await check(generated(), 'functions: {}')).toContain('warning gateway responses none in');
  });

  it('fail the command', async () => {
    const project = await readFile(path.join(ROOT, 'serverless.yml'), 'utf8');
    await file('responses.yml', generated({ headers: {} }));
    const serverlessFile = await file(
      'serverless.yml',
      project.replace(/^resources:[^]*/m, 'resources: ["${file(./responses.yml)}"]'),
    );
    const { exitCode, text } = await checkProject({ routesFile: path.join(ROOT, 'proxy/routes.yml'), serverlessFile });
    expect(text).toContain('UNAUTHORIZED in');
    expect(exitCode).toBe(1);
  });
});

describe('the schema beside the route table', () => {
  it('is a warning when another version wrote it', async () => {
    expect(textOf(checkRoutesSchema(path.join(ROOT, 'proxy/routes.yml')))).toContain('ok schema');
    await file('routes.schema.json', '{"title":"earlier"}');
    expect(textOf(checkRoutesSchema(path.join(folder, 'routes.yml')))).toMatch(
      /warning schema .* -> run npm run schema/,
    );
    await rm(path.join(folder, 'routes.schema.json'));
    expect(checkRoutesSchema(path.join(folder, 'routes.yml'))).toEqual([]);
  });
});

describe('functions', () => {
  const routes = routesOf(
    '{ id: list, match: GET /api/events, stage: lambda }',
    '{ id: get, match: GET /api/events/:eventId, stage: legacy }',
  );
  const check = async (...events: string[]) => {
    const functions = events.map((event, i) => `  f${i}:\n    events: [${event}]\n`).join('');
    const text = `functions:\n  none: {}\n${functions}`;
    return textOf(checkFunctions(routes, readGatewayRoutes(await file('serverless.yml', text)) ?? []));
  };
  const list = '{ http: { path: api/events, method: get, authorizer: x } }';
  const get = '{ http: { path: "/api/events/{id}", method: GET, authorizer: { name: x } } }';

  it('fit, whatever the name of a parameter', async () => {
    expect(await check(list, get)).toContain('ok functions every listed route has one; auth required: 2');
  });

  it.each<[string, string[]]>([
    ['any method and a greedy path', ['{ http: { path: "api/{proxy+}", method: any, authorizer: x } }']],
    ['several events of one function', [`${list}, ${get}`]],
  ])('fit with %s', async (_case, events) => {
    expect(await check(...events)).toContain('every listed route has one');
  });

  it.each(['shadow', 'canary, percent: 5', 'retired'])('are missing on %s: a fault too', (stage) => {
    const text = textOf(checkFunctions(routesOf(`{ id: list, match: GET /api/events, stage: ${stage} }`), []));
    expect(text).toContain(`fault route list on ${stage.split(',', 1)[0]}, but no function for GET /api/events`);
  });

  it('are missing: a fault on lambda, a warning on legacy', async () => {
    const text = await check('{ http: POST api/events }', '{ sqs: x }');
    expect(text).toContain('fault route list on lambda, but no function for GET /api/events in serverless.yml');
    expect(text).toContain('warning route get no function for GET /api/events/:eventId');
  });

  it('differ in case', async () => {
    const text = await check(list.replace('events', 'Events'), get);
    expect(text).toContain('fault route list on lambda, but /api/events and /api/Events of function f0 differ in case');
  });

  it.each([
    '{ http: { path: api, method: get, authorizer: x } }',
    '{ http: { path: api/events/all/x, method: get, authorizer: x } }',
    '{ http: { path: "api/{name}", method: get, authorizer: x } }',
    '{ http: { path: "{proxy+}", method: post, authorizer: x } }',
    '{ httpApi: { path: /api/events, method: get } }',
  ])('do not serve GET /api/events by %s', async (event) => {
    expect(await check(event, get)).toContain('fault route list');
  });

  it('are open to everybody', async () => {
    const open = list.replace(', authorizer: x', '');
    expect(await check(open, get)).toContain(
      'fault route list auth is required in line 2 of the route table, but none',
    );
    expect(await check('{ http: get api/events }', get)).toContain('fault route list auth is required');
    const unlisted = await check(list, get, '{ http: get api/others }');
    expect(unlisted).toContain('warning function f2 GET /api/others has no authorizer: anyone can call it');
  });

  describe('and who may call them', () => {
    const open = routesOf(
      '{ id: home, match: GET /home, stage: lambda, auth: none }',
      '{ id: list, match: GET /list, stage: legacy, auth: optional }',
      '{ id: get, match: GET /list/:id, stage: lambda }',
    );
    const written = (home: string, list: string, get: string) => `custom:
  authorizer: { name: authorizer }
  optionalAuthorizer:
    name: optional-authorizer
functions:
  f:
    events:
      - http: { path: home, method: get${home} }
      - http:
          path: list
          method: get
          authorizer: ${list}
      - http: { path: 'list/{id}', method: any, authorizer: ${get} }
`;
    const judge = async (text: string) =>
      textOf(checkFunctions(open, readGatewayRoutes(await file('serverless.yml', text)) ?? []));
    const REQUIRED = "'${self:custom.authorizer}'";
    const OPTIONAL = "'${self:custom.optionalAuthorizer}'";

    it('agree', async () => {
      const agreed = 'every listed route has one; auth required: 1, auth optional: 1, auth none: 1';
      expect(await judge(written('', OPTIONAL, REQUIRED))).toContain(agreed);
      expect(await judge(written('', '{ name: optional-authorizer }', 'aws_iam'))).toContain(agreed);
      expect(await judge(written('', 'optional-authorizer', '"${self:custom.elsewhere}"'))).toContain(agreed);
    });

    it.each<[string, string, string]>([
      [
        'too open',
        written('', OPTIONAL, OPTIONAL),
        'fault route get auth is required in line 4 of the route table, but optional by the authorizer of function f in line 13 of serverless.yml -> add authorizer: ${self:custom.authorizer}, or write auth: optional; the monolith decides',
      ],
      [
        'wide open',
        written('', OPTIONAL, '~'),
        'fault route get auth is required in line 4 of the route table, but none by the authorizer of function f in line 13',
      ],
      [
        'too closed, on legacy as well',
        written('', REQUIRED, REQUIRED),
        'fault route list auth is optional in line 3 of the route table, but required by the authorizer of function f in line 9 of serverless.yml -> use authorizer: ${self:custom.optionalAuthorizer}',
      ],
      [
        'asked for nothing',
        written(', authorizer: authorizer', OPTIONAL, REQUIRED),
        'fault route home auth is none in line 2 of the route table, but required by the authorizer of function f in line 8 of serverless.yml -> remove the authorizer',
      ],
    ])('disagree: %s', async (_case, text, expected) => {
      expect(await judge(text)).toContain(expected);
    });

    it('are reported by the function that API Gateway would call', async () => {
      const greedy = "functions:\n  g:\n    events:\n      - http: { path: '{proxy+}', method: any }\n";
      const text = written('', OPTIONAL, REQUIRED).replace('functions:\n', greedy);
      expect(await judge(text)).not.toContain('fault');
    });
  });

  it('are in other files', async () => {
    const text = 'functions: [ "${file(./functions.yml)}", "${file(./more.yml)}" ]';
    await file('functions.yml', `f: { events: [${list}] }`);
    await file('more.yml', `g: { events: [${get}] }`);
    expect(textOf(checkFunctions(routes, readGatewayRoutes(await file('serverless.yml', text)) ?? []))).toContain('ok');
    expect(readGatewayRoutes(await file('serverless.yml', 'functions: ${file(./functions.js)}'))).toBeUndefined();
  });

  it.each(['functions: [', 'service: x', 'functions: 7'])('are refused in %j', async (text) => {
    const written = await file('serverless.yml', text);
    expect(() => readGatewayRoutes(written)).toThrow(/^serverless\.yml: (Flow|.*has no functions)/);
  });
});

describe('check of a project', () => {
  const routesFile = path.join(ROOT, 'proxy/routes.yml');
  const serverlessFile = path.join(ROOT, 'serverless.yml');

  it('finds nothing wrong with this one', async () => {
    const { exitCode, text } = await checkProject({ routesFile, serverlessFile });
    expect(text).toMatch(/\n0 faults, 0 warnings\n$/);
    expect(exitCode).toBe(0);
    expect(text).toContain('./legacy/server.ts starts: Express 4');
    expect(text).toContain('app-routes.json matches the app');
    expect(text.replace(/[ \n]+/g, ' ')).toContain('stages: dev regional, prod private, staging private, test private');
  });

  it('reports every fault of a bad table and of a bad configuration', async () => {
    const bad = await file('routes.yml', 'routes:\n  - { id: A, match: GET /x, stage: lamda }\n');
    const configFile = await file('banyan.config.js', 'exports.default = { app: "" }');
    const { exitCode, text } = await checkProject({ configFile, routesFile: bad, serverlessFile });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/fault +route table +\S*routes\.yml:2:\d+ routes\[0\]\.id: found "A"/);
    expect(text).toMatch(/routes\[0\]\.stage: found "lamda"/);
    expect(text).toMatch(/fault +banyan\.config\.ts +app: is empty/);
    expect(text).toMatch(/fault +banyan\.config\.ts +session: is missing/);
  });

  it('warns of a route that an earlier one leaves nothing', async () => {
    const entries = ['{ id: get, match: GET /e/:id, stage: legacy }', '{ id: new, match: GET /e/new, stage: legacy }'];
    const shadowing = await file('shadowing.yml', `routes:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
    const configFile = await file('bad.js', 'exports.default = {');
    const { text } = await checkProject({ configFile, routesFile: shadowing, serverlessFile });
    expect(text).toMatch(
      /warning +route new +never reached: get \(\/e\/:id\) in line 2 of the route table takes the requests for GET \/e\/new first\n +-> list new, now in line 3, above get/,
    );
  });

  it.each<[string, string, string]>([
    ['throws', 'throw new Error("no\\nmore")', 'cannot be loaded: no\n'],
    ['is no JavaScript', 'exports.default = {', 'cannot be loaded: '],
    ['exports nothing', '', 'app: is missing'],
  ])('reports a configuration that %s', async (name, source, text) => {
    const configFile = await file(`${name.replace(/ /g, '-')}.js`, source);
    const result = await checkProject({ configFile, routesFile, serverlessFile });
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain(text);
  });

  it('reports missing files: only serverless.yml may be missing', async () => {
    const missing = path.join(folder, 'missing');
    const { exitCode, text } = await checkProject({
      configFile: `${missing}.ts`,
      routesFile: `${missing}.yml`,
      serverlessFile,
    });
    expect(exitCode).toBe(1);
    expect(text).toContain('missing.ts does not exist; name the file with --config');
    expect(text).toContain('missing.yml cannot be read; set ROUTES_FILE');
    const without = await checkProject({ routesFile, serverlessFile: missing });
    expect(without.exitCode).toBe(0);
    expect(without.text).toContain('not checked: there is no ');
  });
});
