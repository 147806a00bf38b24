import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { z } from 'zod';
import { consoleLogger } from 'banyan-strangler/local';
import { startFakeAws, type FakeAccount } from '../../support/fake-aws';
import { listen } from '../../support/listen';
import { startTestMongo } from '../../support/test-mongo';
import { demoRoutes, TEST_SECRET } from '../support/running-system';
import { DEMO_PASSWORD } from '../seed';
import { startSystem, type LocalSystem } from '../system';
import { allOnLambda } from './all-on-lambda';
import { codeHashes } from './artefact';
import { AWS_PROGRAM, standInAwsCli } from './stand-in-aws-cli';

/** One stage on this machine: what `banyan check` asks of its account, and the local system with the functions that were deployed. */
export interface StandIn {
  readonly account: FakeAccount;
  /** What a build in this stage finds in its environment; nothing in it reaches MongoDB, as in a build on AWS. */
  readonly env: Readonly<Record<string, string>>;
  /** Undefined until something is deployed. */
  system(): LocalSystem | undefined;
  /** Of a member who has logged in on the monolith; empty until something is deployed. */
  token(): string;
  readonly deployments: number;
  /** Deploys the zips of a folder without a pipeline: what ran before it. */
  deploy(from: string): Promise<void>;
  close(): Promise<void>;
}

/** An account with all that the stage's file names. */
function accountOf(stage: string): FakeAccount {
  return {
    parameters: Object.fromEntries(
      ['mongodb-uri', 'session-secret'].map((name) => [
        `/banyan/${stage}/${name}-secret`,
        { type: 'String' as const, value: `banyan/${stage}/${name}` },
      ]),
    ),
    stacks: {
      [`banyan-network-${stage}`]: {
        ...{ LambdaSecurityGroup: 'sg-1', PrivateSubnetA: 'subnet-1', PrivateSubnetB: 'subnet-2' },
        ...{ ExecuteApiEndpoint: 'vpce-1', AlarmTopic: `arn:aws:sns:eu-west-1:123456789012:banyan-${stage}` },
      },
    },
    secrets: Object.fromEntries(
      ['mongodb-uri', 'session-secret'].map((name) => [`banyan/${stage}/${name}`, { hasValue: true }]),
    ),
    subnets: Object.fromEntries(
      ['subnet-1', 'subnet-2', 'subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'].map((id, index) => [
        id,
        { vpc: 'vpc-1', zone: `eu-west-1${index % 2 === 0 ? 'a' : 'b'}` },
      ]),
    ),
    securityGroups: { 'sg-1': { vpc: 'vpc-1' }, 'sg-0123456789abcdef0': { vpc: 'vpc-1' } },
    vpcs: ['vpc-1'],
    endpoints: { 'vpce-1': { vpc: 'vpc-1', service: 'com.amazonaws.eu-west-1.execute-api', state: 'available' } },
    concurrency: 1000,
    functions: {},
    forbidden: [],
  };
}

/** Starts a stage in which nothing is deployed yet. Its files are in `folder`. */
export async function startStandIn(stage: string, folder: string): Promise<StandIn> {
  const account = accountOf(stage);
  const api = await startFakeAws(account);
  const mongo = await startTestMongo();
  const routesFile = path.join(folder, 'routes.yml');
  const functions = path.join(folder, 'functions');
  const programs = path.join(folder, 'bin');
  await mkdir(programs, { recursive: true });
  await writeFile(path.join(programs, 'aws'), AWS_PROGRAM, { mode: 0o755 });
  const table = await readFile(path.join(__dirname, '../../../proxy/routes.yml'), 'utf8');
  // Everything is moved: what a rehearsal breaks must be seen.
  await writeFile(routesFile, stage === 'test' ? allOnLambda(table) : await demoRoutes('lambda'));
  await copyFile(path.join(__dirname, '../../../proxy/app-routes.json'), path.join(folder, 'app-routes.json'));
  let system: LocalSystem | undefined;
  let deployments = 0;
  let token = '';
  const smokeToken = `banyan/${stage}/smoke-token`;
  // A person has put it there; the monolith of a stand-in starts with the first deployment only.
  account.secrets[smokeToken] = { hasValue: true, value: 'of no session yet' };

  /** Functions that run are loaded anew when their files change, as instances are replaced. */
  async function deploy(from: string): Promise<void> {
    await rm(functions, { recursive: true, force: true });
    await unpackAll(from, functions);
    system ??= await start();
    await system.gateway.warm();
    deployments += 1;
    if (token === '') token = await logIn(system);
    account.secrets[smokeToken] = { hasValue: true, value: token };
    account.functions = Object.fromEntries(
      [...codeHashes(from)].map(([name, hash]) => [`banyan-${stage}-${name}`, hash]),
    );
    account.stacks[`banyan-infra-${stage}`] = { PhotosBucket: `banyan-${stage}-photos` };
    account.stacks[`banyan-${stage}`] = { ServiceEndpoint: system.gateway.url };
    account.stacks[`banyan-proxy-${stage}`] = { ProxyUrl: system.proxy.url };
  }

  function start(): Promise<LocalSystem> {
    return startSystem({
      env: { ROUTES_FILE: routesFile, SESSION_SECRET: TEST_SECRET, LOG_LEVEL: 'silent' },
      databases: { mongo, state: mongo },
      unpacked: functions,
      logger: consoleLogger('silent', () => undefined),
    });
  }

  const PATH = `${programs}${path.delimiter}${process.env['PATH'] ?? ''}`;
  const proxy = { MONGODB_URI: mongo.uri, SESSION_SECRET: TEST_SECRET, ROUTES_FILE: routesFile };
  const aws = standInAwsCli({ ...proxy, PATH: process.env['PATH'], HOME: process.env['HOME'] });
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stand-in');
    const answer = (status: number, text: string) => response.writeHead(status).end(text);
    const work: Readonly<Record<string, () => Promise<string>>> = {
      '/deploy': () => deploy(searchParams.get('folder') ?? '').then(() => 'deployed'),
      '/aws': async () => aws(await json(request)),
    };
    const asked = work[pathname];
    if (request.method !== 'POST' || asked === undefined) {
      answer(404, `expected POST ${Object.keys(work).join(' or ')}`);
      return;
    }
    asked().then(
      (text) => answer(200, text),
      (error: unknown) => answer(500, error instanceof Error ? error.message : String(error)),
    );
  });
  const port = await listen(server);
  return {
    account,
    env: {
      ...{ STAGE: stage, PIPELINE_STAND_IN: `http://127.0.0.1:${port}`, AWS_ENDPOINT_URL: api.url, PATH },
      ...{ AWS_ACCESS_KEY_ID: 'rehearsal', AWS_SECRET_ACCESS_KEY: 'rehearsal', AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
      ...{ PROXY_CLUSTER: `banyan-proxy-${stage}`, PIPELINE: 'banyan' },
    },
    system: () => system,
    token: () => token,
    get deployments() {
      return deployments;
    },
    deploy,
    async close() {
      server.close();
      await once(server, 'close');
      await system?.close();
      await mongo.stop();
      await api.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function logIn({ legacy }: LocalSystem): Promise<string> {
  const answer = await fetch(`${legacy.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'member@example.com', password: DEMO_PASSWORD }),
  });
  return z.object({ token: z.string() }).parse(await answer.json()).token;
}

/** Every zip into one folder: no file is in two of them but with the same content. */
async function unpackAll(from: string, to: string): Promise<void> {
  for (const zip of (await readdir(from)).filter((name) => name.endsWith('.zip'))) {
    for (const [name, content] of Object.entries(unzipSync(await readFile(path.join(from, zip))))) {
      const file = path.join(to, name);
      if (name.endsWith('/')) continue;
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  }
}
