import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { freePort } from '../../../shared/local/free-port';
import { waitFor } from '../../support/wait-for';

const ROOT = path.join(__dirname, '../../..');
/** A stage of its own, with the values of this machine: what differs from stage to stage is in the stage's file. */
const STAGE = 'offline';
const START_LIMIT_MS = 90_000;

interface OfflineServiceOptions {
  readonly mongodbUri: string;
  readonly sessionSecret: string;
  readonly queueUrl: string;
  readonly sqsEndpoint: string;
  readonly s3Endpoint: string;
  readonly dynamoDbEndpoint: string;
}

/** serverless-offline, serving this project's `serverless.yml`. */
export interface OfflineService {
  /** With the stage. */
  readonly url: string;
  output(): string;
  close(): Promise<void>;
}

const Service = z.looseObject({ plugins: z.array(z.string()), custom: z.looseObject({ monolith: z.looseObject({}) }) });
const StageFile = z.looseObject({});
const PhotosEnvironment = z.looseObject({ PHOTOS_BUCKET: z.string() });

/**
 * Starts serverless-offline on free ports, over the bundles that would be deployed. What it serves is `serverless.yml` itself: only
 * the plugin is added, a stage file is written, AWS's addresses are those of this machine, and the lifted app is run from its sources.
 *
 * @throws Error with its output when it does not start
 */
export async function startOfflineService(options: OfflineServiceOptions): Promise<OfflineService> {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-offline-'));
  const [httpPort, lambdaPort, websocketPort] = await Promise.all([freePort(), freePort(), freePort()]);
  await writeService(folder, options, lambdaPort);
  const ports = Object.entries({ httpPort, lambdaPort, websocketPort, albPort: await freePort() });
  const cli = require.resolve('serverless/bin/serverless.js', { paths: [ROOT] });
  const child = spawn(
    process.execPath,
    [
      cli,
      'offline',
      '--stage',
      STAGE,
      '--host',
      '127.0.0.1',
      ...ports.flatMap(([name, port]) => [`--${name}`, String(port)]),
    ],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        TMPDIR: folder,
        NODE_ENV: 'production',
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        SLS_TELEMETRY_DISABLED: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${httpPort}/${STAGE}`;
  try {
    await waitFor(
      'serverless-offline',
      () => {
        if (child.exitCode !== null) throw new Error(`serverless-offline ended with ${child.exitCode}`);
        return output.includes('Server ready');
      },
      START_LIMIT_MS,
    );
  } catch (cause) {
    await close();
    throw new Error(`serverless-offline does not start:\n${output}`, { cause });
  }
  return { url, output: () => output, close };
}

/** The service's folder: links to everything of the project, and what has to differ. */
async function writeService(folder: string, options: OfflineServiceOptions, lambdaPort: number): Promise<void> {
  await link(ROOT, folder, (name) => name !== 'serverless.yml' && name !== 'lambda' && !name.startsWith('.'));
  await mkdir(path.join(folder, 'lambda/eventsapp/stages'), { recursive: true });
  await link(path.join(ROOT, 'lambda'), path.join(folder, 'lambda'), (name) => name !== 'eventsapp');
  const example = 'lambda/eventsapp';
  await link(path.join(ROOT, example), path.join(folder, example), (name) => name !== 'stages');

  const stage = StageFile.parse(parse(await readFile(path.join(ROOT, 'lambda/eventsapp/stages/dev.yml'), 'utf8')));
  const values = { ...stage, logLevel: 'warn' };
  await writeFile(path.join(folder, `lambda/eventsapp/stages/${STAGE}.yml`), stringify(values));

  const service = Service.parse(parse(await readFile(path.join(ROOT, 'serverless.yml'), 'utf8')));
  const reports = {
    REPORT_QUEUE_URL: options.queueUrl,
    SQS_ENDPOINT: options.sqsEndpoint,
    LAMBDA_ENDPOINT: `http://127.0.0.1:${lambdaPort}`,
    FUNCTION_PREFIX: `banyan-${STAGE}-`,
    DAILY_REPORT_RUNNER: 'lambda',
  };
  const photos = {
    PHOTOS_BUCKET: '${self:custom.stage.photos.bucket}',
    PHOTOS_TABLE: '${self:custom.stage.photos.table}',
    REFUSED_UPLOADS_TABLE: '${self:custom.stage.photos.refusedUploadsTable}',
    MONOLITH_PHOTOS: 'kept',
    FUNCTION_PREFIX: reports.FUNCTION_PREFIX,
  };
  const addresses = {
    LAMBDA_ENDPOINT: reports.LAMBDA_ENDPOINT,
    AWS_ENDPOINT_URL_S3: options.s3Endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: options.dynamoDbEndpoint,
  };
  // Every environment of a function that reaches photos, whatever else is in it.
  const environments: readonly (readonly [string, object])[] = Object.entries({ ...service.custom, photos }).flatMap(
    ([name, value]) => {
      const environment = PhotosEnvironment.safeParse(value);
      return environment.success ? [[name, { ...environment.data, ...addresses }] as const] : [];
    },
  );
  const secrets = { MONGODB_URI: { value: options.mongodbUri }, SESSION_SECRET: { value: options.sessionSecret } };
  const offline = {
    ...service,
    plugins: [...service.plugins, 'serverless-offline'],
    custom: {
      ...service.custom,
      secrets,
      monolith: {
        ...service.custom.monolith,
        // It names a folder that is not there (`/var/task`), packages nothing and runs functions in threads.
        LAMBDA_TASK_ROOT: ROOT,
        NODE_OPTIONS: [require.resolve('tsx/cjs'), path.join(__dirname, 'thread-as-process.ts')]
          .map((file) => `--require ${JSON.stringify(file)}`)
          .join(' '),
      },
      reports,
      sessionAndReports: { SESSION_SECRET: options.sessionSecret, ...reports },
      ...Object.fromEntries(environments),
    },
  };
  await writeFile(path.join(folder, 'serverless.yml'), stringify(offline));
}

async function link(from: string, to: string, wanted: (name: string) => boolean): Promise<void> {
  const names = (await readdir(from)).filter(wanted);
  await Promise.all(names.map((name) => symlink(path.join(from, name), path.join(to, name))));
}
