import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { Binary, MongoClient, ObjectId } from 'mongodb';
import { DEMO_IDS } from '../seed';
import { photoClient, PNG } from '../support/photo-client';
import { runSystem, type RunningSystem } from '../support/running-system';

const PHOTOS = 10_000;
const EVENTS = 20;
const KILLS = 20;
const ROOT = path.join(__dirname, '../../..');
const MAIN = path.join(ROOT, 'lambda/eventsapp/photos/migration/main.ts');
const KEYS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The command as an operator runs it, ended by SIGKILL at random, while clients list and fetch on both sides. */
describe(`a migration of ${PHOTOS} photos`, () => {
  let system: RunningSystem;
  let folder: string;
  let total: number;
  let client: MongoClient;

  beforeAll(async () => {
    system = await runSystem({ stage: 'legacy' });
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-migration-'));
    client = await MongoClient.connect(system.mongo.uri);
    const photos = client.db().collection('photos');
    for (let first = 0; first < PHOTOS; first += 1_000)
      await photos.insertMany(
        Array.from({ length: 1_000 }, (_, index) => {
          const data = Buffer.concat([PNG, Buffer.from(`${first + index} `.repeat(20))]);
          return {
            _id: new ObjectId(),
            eventId: DEMO_IDS.event(1 + (index % EVENTS)),
            customerAccountId: DEMO_IDS.account,
            fileName: `photo ${first + index} 港.png`,
            contentType: 'image/png',
            size: data.length,
            data: new Binary(data),
            createdBy: DEMO_IDS.organiser,
            createdAt: new Date(1_700_000_000_000 + Math.floor((first + index) / 3)),
          };
        }),
      );
    total = await photos.countDocuments();
  }, 120_000);
  afterAll(async () => {
    await client.close();
    await system.close();
    await rm(folder, { recursive: true, force: true });
  });

  interface Run {
    readonly code: number | null;
    readonly wasKilled: boolean;
    readonly output: string;
  }

  /** @param killAfter ms after its first progress; undefined lets it end */
  async function migrate(args: readonly string[], killAfter?: number): Promise<Run> {
    const env = {
      PATH: process.env['PATH'],
      MONGODB_URI: system.mongo.uri,
      PHOTOS_BUCKET: system.s3.bucket,
      PHOTOS_TABLE: 'banyan-dev-photos',
      REFUSED_UPLOADS_TABLE: 'banyan-dev-refused-uploads',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_ENDPOINT_URL_S3: system.s3.url,
      AWS_ENDPOINT_URL_DYNAMODB: system.dynamoDb.url,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, '--batch', '100', '--rate', '100000', ...args], {
      cwd: ROOT,
      env,
    });
    let output = '';
    let timer: NodeJS.Timeout | undefined;
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (killAfter !== undefined) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfter);
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    clearTimeout(timer);
    return { code, wasKilled: signal === 'SIGKILL', output };
  }

  async function itemsInDynamoDb(): Promise<number> {
    const dynamoDb = new DynamoDBClient({ region: 'eu-west-1', endpoint: system.dynamoDb.url, credentials: KEYS });
    let count = 0;
    for await (const page of paginateScan({ client: dynamoDb }, { TableName: 'banyan-dev-photos', Select: 'COUNT' }))
      count += page.Count ?? 0;
    dynamoDb.destroy();
    return count;
  }

  /** Lists and fetches on both sides until the end; returns how many answers were the same. */
  async function compareSides(isOver: () => boolean): Promise<number> {
    const login = await fetch(`${system.proxy.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'member@example.com', password: 'correct horse battery staple' }),
    });
    const { token } = (await login.json()) as { readonly token: string };
    const seen = async (base: string, at: string): Promise<unknown> => {
      const answer = await fetch(base + at, { headers: { authorization: `Bearer ${token}` } });
      const body = Buffer.from(await answer.arrayBuffer()).toString('latin1');
      const headers = ['content-type', 'etag', 'content-disposition', 'x-content-type-options'];
      return [answer.status, body, ...headers.map((name) => answer.headers.get(name))];
    };
    const known = await client.db().collection('photos').find().project({ _id: 1 }).toArray();
    let same = 0;
    for (let round = 0; !isOver() || round < 5; round += 1) {
      const event = DEMO_IDS.event(1 + (round % EVENTS)).toHexString();
      const photo = known[(round * 7_919) % known.length]?._id as ObjectId;
      for (const at of [`/api/events/${event}/photos`, `/api/photos/${photo.toHexString()}`]) {
        expect(await seen(system.gateway.url, at)).toEqual(await seen(system.legacy.url, at));
        same += 1;
      }
      // It shares the processor with what it watches.
      if (!isOver()) await sleep(200);
    }
    return same;
  }

  it(`killed ${KILLS} times ends with equal counts and hashes, unseen by clients, and so does the way back`, async () => {
    await photoClient(system.proxy.url, 'member@example.com');
    let isOver = false;
    const compared = compareSides(() => isOver);
    const dry = await migrate(['--dry-run']);
    expect([dry.code, dry.output.includes(`copied ${total}`)]).toEqual([0, true]);
    expect([await itemsInDynamoDb(), system.s3.objects.size]).toEqual([0, 0]);

    const state = ['--state', path.join(folder, 'copy.json')];
    let kills = 0;
    while (kills < KILLS) {
      const run = await migrate(state, Math.random() * 700);
      if (!run.wasKilled) break;
      kills += 1;
    }
    const last = await migrate(state);
    expect([last.code, kills]).toEqual([0, KILLS]);
    const kept = JSON.parse(await readFile(path.join(folder, 'copy.json'), 'utf8')) as Record<string, unknown>;
    expect(kept).toMatchObject({ isDone: true, verified: total, different: [] });
    expect(kept['mongoHash']).toBe(kept['s3Hash']);
    expect(kept['mongoHash']).toMatch(/^[0-9a-f]{64}$/);
    expect([await itemsInDynamoDb(), system.s3.objects.size]).toEqual([total, total]);

    const back = ['--back', '--state', path.join(folder, 'back.json')];
    for (let kill = 0; kill < 3; kill += 1) await migrate(back, Math.random() * 700);
    expect((await migrate(back)).code).toBe(0);
    expect([await itemsInDynamoDb(), system.s3.objects.size]).toEqual([0, 0]);
    expect(await client.db().collection('photos').countDocuments()).toBe(total);
    isOver = true;
    process.stdout.write(`${kills} kills; ${await compared} answers of both sides compared meanwhile\n`);
  }, 1_200_000);
});
