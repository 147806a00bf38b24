import { createHash } from 'node:crypto';
import { MongoClient, type Binary } from 'mongodb';
import { startMongo } from '../../../shared/local/mongo';
import { onlyOnEmbedded } from '../../support/test-mongo';
import { waitFor } from '../../support/wait-for';
import { forEach, initiated, photoClient, PNG, putFile, registerMember } from '../support/photo-client';
import { runSystem, type RunningSystem } from '../support/running-system';

const UPLOADS = 1_000;
const { it } = onlyOnEmbedded();

/** Every event twice, late and in another order, and MongoDB unavailable for the middle of them. */
describe('1,000 uploads', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    jest.spyOn(console, 'error').mockImplementation();
    system = await runSystem({
      stage: 'legacy',
      mongo: await startMongo({ env: {} }),
      objectEvents: { deliveries: () => 2, delayMs: () => Math.random() * 3_000, pausesMs: [50, 100] },
    });
  });
  afterAll(async () => {
    await system.close();
    jest.restoreAllMocks();
  });

  it('are each exactly once in both stores, and the monolith lists and serves every one', async () => {
    const { faults } = system.mongo;
    if (faults === undefined) throw new Error('this MongoDB cannot be broken');
    await registerMember(system.proxy.url);
    const member = await photoClient(system.proxy.url, 'member@example.com');
    const files = new Map<string, { readonly url: string; readonly bytes: Buffer }>();
    const numbers = Array.from({ length: UPLOADS }, (_, index) => index);
    await forEach(numbers, 8, async (number) => {
      const bytes = Buffer.concat([PNG, Buffer.from(`photo ${number}`)]);
      const about = { title: `Photo ${number}`, contentType: 'image/png', size: bytes.length };
      const { photoId, s3PutObjectUrl } = initiated(await member.initiate(about));
      files.set(photoId, { url: s3PutObjectUrl, bytes });
    });
    const put = (from: number, to: number): Promise<void> =>
      forEach([...files.values()].slice(from, to), 8, async ({ url, bytes }) => {
        expect((await putFile(url, bytes)).status).toBe(200);
      });
    await put(0, 300);
    // Some are stored by then, some are under way.
    await waitFor('the first ones', async () => (await photosInDynamoDb(system)).length >= 100, 60_000);
    await faults.down();
    await put(300, 700);
    await system.objectEvents.settled();
    const before = (await photosInDynamoDb(system)).length;
    await faults.up();
    await waitFor('MongoDB to be back', async () => (await member.ask('GET', '/api/auth/me')).status === 200, 30_000);
    await put(700, UPLOADS);
    await system.objectEvents.settled();

    // What failed three times waits in the queue. A run takes what is there, and its events may be in it twice.
    const replay = system.gateway.functions.get('replay-photo-uploads');
    let replayed = 0;
    for (;;) {
      const run = await replay?.invoke({});
      if (run?.ok !== true) throw new Error('the replay failed');
      const { processed, failed } = JSON.parse(run.payload) as { readonly processed: number; readonly failed: number };
      expect(failed).toBe(0);
      replayed += processed;
      if (processed === 0) break;
    }
    expect(replayed).toBeGreaterThanOrEqual(800);
    process.stdout.write(`${before} stored before MongoDB came back; ${replayed} of ${2 * UPLOADS} events replayed\n`);

    const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    const expected = new Map([...files].map(([id, { bytes }]) => [id, hashOf(bytes)]));
    // MongoDB itself, then the monolith, then Lambda.
    const client = await MongoClient.connect(system.mongo.uri);
    const documents = await client
      .db()
      .collection<{ data: Binary }>('photos')
      .find({ fileName: /^Photo / })
      .toArray();
    await client.close();
    const inMongo = documents.map(({ _id, data }) => [_id.toHexString(), hashOf(Buffer.from(data.value()))] as const);
    expect(inMongo.length).toBe(UPLOADS);
    expect(new Map(inMongo)).toEqual(expected);
    const listed = await member.list();
    expect(listed.map(({ id }) => id).sort()).toEqual([...expected.keys()].sort());
    const served = new Map<string, string>();
    await forEach(listed, 8, async ({ id }) => {
      served.set(id, hashOf(await member.fetchPhoto(id)));
    });
    expect(new Map([...served].sort())).toEqual(new Map([...expected].sort()));
    await system.moveAllRoutes('lambda');
    expect(await member.list()).toEqual(listed);
    // In DynamoDB alone: as it will be when the monolith's photos are retired.
    expect(await photosInDynamoDb(system)).toEqual([...expected.keys()].sort());
    expect(system.s3.objects.size).toBe(UPLOADS);
  }, 300_000);
});

async function photosInDynamoDb({ dynamoDb }: RunningSystem): Promise<readonly string[]> {
  const { DynamoDBClient, paginateScan } = await import('@aws-sdk/client-dynamodb');
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ region: 'eu-west-1', endpoint: dynamoDb.url, credentials });
  const ids: string[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: 'banyan-dev-photos' }))
    ids.push(...Items.map(({ id }) => id?.S ?? ''));
  client.destroy();
  return ids.sort();
}
