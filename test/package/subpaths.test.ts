import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { installed } from './installed';
import { subpathsOf } from './subpaths';

const { alone, withMongo } = installed();
const SUBPATHS = subpathsOf(path.join(alone, 'node_modules/banyan-strangler')).map(({ name }) => name);

const node = (folder: string, code: string, env: Record<string, string> = {}): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

describe('every subpath of the package', () => {
  it.each(SUBPATHS)('%s loads with nothing else installed, by require and by import', (name) => {
    const names = node(
      alone,
      `import { createRequire } from 'node:module';
       const required = createRequire(process.cwd() + '/x.js')(${JSON.stringify(name)});
       const imported = await import(${JSON.stringify(name)});
       console.log(Object.keys(required).length, Object.keys(required).every((key) => key in imported.default));`,
    );
    expect(names).toMatch(/^[1-9]\d* true\n$/);
  });

  it.each(['node16', 'bundler'])(
    'is typed by the package alone, strictly (moduleResolution %s)',
    (moduleResolution) => {
      const file = path.join(alone, `all-${moduleResolution}.ts`);
      writeFileSync(file, sourceThatImports(SUBPATHS));
      const compiler = require.resolve('typescript/bin/tsc');
      const options = [
        ...['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--noEmit'],
        ...['--skipLibCheck', 'false', '--target', 'es2023', '--lib', 'es2023', '--types', 'node'],
        ...['--module', moduleResolution === 'bundler' ? 'esnext' : 'node16', '--moduleResolution', moduleResolution],
      ];
      const compile = () =>
        execFileSync(process.execPath, [compiler, ...options, file], { cwd: alone, encoding: 'utf8' });
      expect(compiled(compile)).toBe('');
    },
  );
});

/** What is imported must be typed, too: an import of something untyped is `any`. */
const sourceThatImports = (names: readonly string[]): string => `
${names.map((name, index) => `import * as part${index} from '${name}';`).join('\n')}
import { defineConfig, expressErrorPage, expressJson, fromEnvironment } from 'banyan-strangler/config';
import { passportUserData, sessionAuthenticator } from 'banyan-strangler/session';
import { bindHttpHandler, json } from 'banyan-strangler/lambda';
type IfAny<T, Then, Else> = 0 extends 1 & T ? Then : Else;
const typed = <T>(value: IfAny<T, never, T>): T => value;
export const all = [${names.map((_name, index) => `typed(part${index})`).join(', ')}];
const banyan = defineConfig({
  app: './app.js',
  session: { secrets: fromEnvironment('SESSION_SECRET'), store: { format: 'connect-mongo' } },
  identity: passportUserData(),
  authenticators: [sessionAuthenticator],
  responses: {
    headers: {},
    unauthorized: expressJson(401, { error: 'Unauthorized' }),
    forbidden: expressJson(403, { error: 'Forbidden' }),
    internalError: expressErrorPage(500),
  },
  parity: { identities: { anonymous: { kind: 'anonymous' } } },
});
export const handler = bindHttpHandler(banyan)(({ identity }) => Promise.resolve(json(200, { id: identity.userId })));
// @ts-expect-error: an unknown key
defineConfig({ ...banyan, unknown: true });
`;

function compiled(compile: () => string): string {
  try {
    return compile();
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout);
  }
}

describe('packages that only some need', () => {
  it('are named with the command that installs them', () => {
    const message = (code: string): string =>
      node(alone, `${code}.then(() => console.log('done'), (error) => console.log(error.message));`);
    expect(
      message(`import('banyan-strangler/proxy').then(({ loadRouteTable }) =>
        loadRouteTable({ file: 's3://my-banyan/routes.yml', lambdaAvailable: true }))`),
    ).toBe('A route table in S3 needs the package @aws-sdk/client-s3; run "npm install @aws-sdk/client-s3"\n');
    expect(
      message(
        `import('banyan-strangler/local').then(({ startMongo }) => startMongo({ env: {}, databaseName: 'shop' }))`,
      ),
    ).toMatch(/the embedded MongoDB needs the package banyan-embedded-mongo; run "npm install --save-dev/);
    expect(
      message(`import('banyan-strangler/local').then(({ startSqs }) => startSqs({ region: 'eu-west-1', queues: [] }))`),
    ).toBe('The local SQS needs the package local-aws-sqs; run "npm install --save-dev local-aws-sqs"\n');
  });

  it('are named by the commands that need them', () => {
    writeFileSync(path.join(alone, 'serverless.yml'), 'service: shop\nfunctions: {}\n');
    const banyan = (...args: string[]) => {
      const command = path.join(alone, 'node_modules/.bin/banyan');
      const { status, stderr } = spawnSync(command, [...args, '--serverless', 'serverless.yml'], {
        cwd: alone,
        encoding: 'utf8',
      });
      return { status, stderr };
    };
    const clients = ['cloudformation', 'ec2', 'lambda', 'secrets-manager', 'ssm'].map(
      (name) => `@aws-sdk/client-${name}`,
    );
    expect(banyan('check', '--stage', 'prod')).toEqual({
      status: 2,
      stderr: `banyan: banyan check --stage needs the packages ${clients.join(', ')}; run "npm install --save-dev ${clients.join(' ')}"\n`,
    });
    expect(banyan('package', '--stage', 'prod')).toEqual({
      status: 2,
      stderr:
        'banyan: packaging and deploying need the Serverless Framework; run "npm install --save-dev serverless@npm:osls@4"\n',
    });
  });

  it('work once they are there: the embedded MongoDB', () => {
    const code = `
      import { startMongo } from 'banyan-strangler/local';
      import { MongoClient } from 'mongodb';
      const mongo = await startMongo({ env: {}, databaseName: 'shop' });
      const client = await MongoClient.connect(mongo.uri);
      await client.db().collection('things').insertOne({ name: 'a' });
      console.log(mongo.chosen, await client.db().collection('things').countDocuments());
      await client.close();
      await mongo.stop();`;
    expect(node(withMongo, code)).toBe('embedded 1\n');
  });
});
