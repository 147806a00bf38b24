import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readDeployedFunctions, variablesIn } from '../../../../proxy/cli/check/function-sources';
import { readGatewayRoutes } from '../../../../proxy/cli/check/gateway-routes';
import { checkSources } from '../../../../proxy/cli/check/sources';
import { rewrittenSource } from '../../../../proxy/cli/scaffold/sources';
import { parseRouteTable } from '../../../../proxy/route-table/load';
import { appRoute } from '../../../support/app-route';
import { testBanyan } from '../../../support/test-banyan';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'banyan-sources-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);

interface Given {
  readonly environment?: string;
  readonly more?: string;
  readonly route?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly read?: readonly { readonly name: string; readonly isSet: boolean }[];
}

/** What is found of one function `f` for `GET /items`. */
function found({ environment = '{}', more = '', route = 'stage: legacy', files = {}, read = [] }: Given): string[] {
  const text = `custom: { mine: ${environment} }
provider: { environment: { SHARED: 1 } }
functions:
  f:
    handler: f.handler
    environment: \${self:custom.mine}
${more}    events: [{ http: { path: items, method: get } }]
`;
  write('serverless.yml', text);
  for (const [name, content] of Object.entries(files)) write(name, content);
  const file = path.join(folder, 'serverless.yml');
  const table = `routes:\n  - { id: items, match: GET /items, auth: none, ${route} }\n`;
  const { routes } = parseRouteTable(table, { file: 'routes.yml', lambdaAvailable: true });
  const appFiles = [{ file: path.join(folder, 'app.js'), text: 'process.env.FROM_FILE; process.env.SHARED;' }];
  const surroundings = { banyan: { ...testBanyan, app: './app.js' }, root: folder, read, appFiles };
  const functions = readDeployedFunctions(file);
  return checkSources(routes, readGatewayRoutes(file) ?? [], { ...surroundings, functions }).map(
    ({ level, subject, text: said }) => `${level} ${subject} ${said}`,
  );
}

it('variables that a source reads by name, without another value', () => {
  const text = `
const { A, B = 'b', C: c } = process.env;
process.env.D; process.env['E']; process.env.F ?? 1; process.env.G || 2; process.env.H === 'x';
process.env.I = 'set'; fromEnvironment('J');
const p = process.env.N ? 1 : 2; process.environment.O; process.env.P
`;
  expect(variablesIn({ file: 'x.js', text }).map(({ name, place }) => `${name} ${place}`)).toEqual([
    'D x.js:3',
    'E x.js:3',
    'P x.js:5',
    'J x.js:4',
    'A x.js:2',
    'C x.js:2',
  ]);
});

describe('what a function reads', () => {
  const files = {
    'f.ts': `import { bindHttpHandler } from 'banyan-strangler/lambda';\nimport './deep.js';\nbindHttpHandler(banyan);`,
    'deep.ts': `import { mongo } from 'banyan-strangler/mongo';\nprocess.env.OWN; process.env.SHARED; process.env.AWS_REGION;\nrequire('./f');`,
  };

  it('and is not given is named, the kit of it as a fault', () => {
    expect(found({ files })).toEqual([
      'fault function f cannot start without variables that it does not get: MONGODB_URI (the kit), SESSION_SECRET (banyan.config.ts)',
      'warning function f reads variables that it does not get: OWN (deep.ts:2)',
    ]);
  });

  it('and is given is no finding', () => {
    const environment = '{ MONGODB_URI: { Ref: X }, SESSION_SECRET: 1, OWN: 1 }';
    expect(found({ files, environment })).toEqual([
      'ok sources functions: 1; each has the variables that it reads by name',
    ]);
  });

  it('is not known where its file is missing', () => {
    expect(found({})).toEqual(['warning function f not examined: there is no file for its handler f.handler']);
  });
});

describe('a function of a lifted route', () => {
  const LIFT = `import { lift } from 'banyan-strangler/lifted';\nexport const handler = lift('app.js');\n`;
  const lifted = {
    more: '    lifted: { app: . }\n',
    route: 'stage: canary, percent: 5, lifted: true',
    files: { 'f.js': LIFT },
  };

  it('runs the app, with what it reads', () => {
    const read = [
      { name: 'SITE', isSet: true },
      { name: 'UNSET', isSet: false },
      { name: 'PORT', isSet: true },
      { name: 'NODE_APP_INSTANCE', isSet: true },
    ];
    const environment = '{ FROM_FILE: 1, SITE: 1, NODE_APP_INSTANCE: 0 }';
    expect(found({ ...lifted, environment, read })).toEqual([expect.stringMatching(/^ok/)]);
    expect(found({ ...lifted, read })).toEqual([
      'warning function f the app reads variables that it does not get: FROM_FILE (app.js:1), SITE (set here), NODE_APP_INSTANCE (set here)',
    ]);
  });

  it.each<[string, string, Given]>([
    ['calls no lift', 'does not call lift (f.js)', { files: { 'f.js': 'export const handler = 1;' } }],
    ['calls a lift of its own', 'does not call lift (f.js)', { files: { 'f.js': "lift('app.js')" } }],
    ['has no app in its zip', 'has no lifted: { app }', { more: '' }],
    [
      'runs another app',
      'runs admin.js, which is not the app',
      { files: { 'f.js': LIFT.replace('app.js', 'admin.js') } },
    ],
  ])('is a fault when it %s', (_what, text, given) => {
    const environment = '{ FROM_FILE: 1 }';
    expect(found({ ...lifted, environment, ...given })).toContainEqual(
      expect.stringContaining(
        `fault route items lifted: true in line 2 of the route table, but its function f ${text}`,
      ),
    );
    expect(found({ ...lifted, environment, ...given, route: 'stage: retired, lifted: true' }).join()).not.toContain(
      'fault',
    );
  });
});

it('a function that answers 501 as a command wrote it must not be on Lambda', () => {
  const dialect = { syntax: 'esm', extension: 'js', isModule: true } as const;
  const source = rewrittenSource(dialect, {
    route: appRoute('GET', '/items'),
    title: 'GET /items',
    auth: 'none',
    folder,
    configFile: path.join(folder, 'banyan.config.js'),
  });
  const given = { files: { 'f.js': source, 'banyan.config.js': '' }, environment: '{ SESSION_SECRET: 1 }' };
  const text = 'but its function f still answers 501, as banyan add wrote it';
  expect(found(given)).toEqual([`warning route items on legacy, ${text}`]);
  expect(found({ ...given, route: 'stage: shadow' })).toEqual([`fault route items on shadow, ${text}`]);
  expect(found({ ...given, files: { 'f.js': source.replace('501', '200') } })).toEqual([expect.stringMatching(/^ok/)]);
});

it('an import of a file that is no source leads nowhere', () => {
  write('package.json', '{}');
  const files = { 'f.js': "require('./package.json'); process.env.MISSING;" };
  expect(found({ files })).toEqual([expect.stringContaining('MISSING')]);
});
