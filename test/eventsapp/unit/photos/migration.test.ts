import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Binary, MongoClient, ObjectId, type Document } from 'mongodb';
import { fileStore } from '../../../../lambda/eventsapp/photos/migration/batches';
import { backStep, INITIAL_BACK } from '../../../../lambda/eventsapp/photos/migration/copy-back';
import {
  areEqual,
  copyStep,
  INITIAL_COPY,
  parseCopyState,
} from '../../../../lambda/eventsapp/photos/migration/copy-photos';
import { stateKind, type Stores } from '../../../../lambda/eventsapp/photos/migration/stores';
import { uploadKey, writeMetadata } from '../../../../lambda/eventsapp/photos/metadata';
import type { Photo } from '../../../../lambda/eventsapp/photos/photo';
import { processUpload } from '../../../../lambda/eventsapp/photos/process-upload';
import { storeMongoPhoto } from '../../../../lambda/eventsapp/photos/repository/mongodb';
import { capturedLogger } from '../../../support/captured-logger';
import { startTestMongo, type TestMongo } from '../../../support/test-mongo';
import { LOCAL_CREDENTIALS } from '../../aws/local-dynamodb';
import { startS3, type LocalS3 } from '../../aws/local-s3';
import { startRepositories, type Repositories } from '../../aws/repositories';
import { migrate } from '../../support/photo-stores';

let mongo: TestMongo;
let client: MongoClient;
let s3: LocalS3;
let s3Client: S3Client;
let repositories: Repositories;
let stores: Stores;

beforeAll(async () => {
  mongo = await startTestMongo();
  client = await MongoClient.connect(mongo.uri);
  s3 = await startS3({ bucket: 'photos', region: 'eu-west-1', allowedOrigins: () => [] });
  s3Client = new S3Client({ region: 'eu-west-1', endpoint: s3.url, credentials: LOCAL_CREDENTIALS });
  repositories = await startRepositories();
  const { repository } = repositories.byName['multi-table'];
  stores = { db: client.db(), s3: s3Client, bucket: 'photos', photos: repository };
});
afterAll(async () => {
  s3Client.destroy();
  await repositories.close();
  await s3.close();
  await client.close();
  await mongo.stop();
});

const EVENT = new ObjectId();
const documentOf = (more: Document = {}): Document & { _id: ObjectId | string } => ({
  _id: new ObjectId(),
  eventId: EVENT,
  customerAccountId: new ObjectId(),
  fileName: 'stage.png',
  contentType: 'image/png',
  size: 5,
  data: new Binary(Buffer.from('bytes')),
  createdBy: new ObjectId(),
  createdAt: new Date('2026-11-28T10:00:00.000Z'),
  ...more,
});
const good = [
  documentOf(),
  documentOf({ fileName: '' }),
  documentOf({ fileName: '𝔞'.repeat(255) }),
  documentOf({ contentType: 'png', fileName: `${'x'.repeat(900)}.png` }),
];
const STEP = { batch: 2, dryRun: false };

it('a dry run counts, and writes nothing; damaged documents are named and stay in MongoDB alone', async () => {
  const damaged = [
    documentOf({ customerAccountId: 'text' }),
    documentOf({ eventId: null }),
    documentOf({ size: 6 }),
    documentOf({ data: 'text' }),
    documentOf({ fileName: 'x'.repeat(500_000) }),
    documentOf({ createdAt: 'yesterday' }),
    documentOf({ contentType: 'image/пнг' }),
    documentOf({ contentType: 'image/png\r\nx: y' }),
    documentOf({ contentType: 'x'.repeat(100_000) }),
  ];
  const collection = stores.db.collection<Document & { _id: ObjectId | string }>('photos');
  await collection.insertMany([...good, ...damaged, documentOf({ _id: 'not an ObjectId' })]);
  const dry = await migrate(INITIAL_COPY, copyStep(stores, { ...STEP, dryRun: true }));
  expect([dry.copied, dry.different.length, s3.objects.size]).toEqual([good.length, damaged.length, 0]);

  const state = await migrate(INITIAL_COPY, copyStep(stores, STEP));
  expect(state).toMatchObject({ copied: good.length, verified: good.length });
  expect([...state.different].sort()).toEqual(damaged.map(({ _id }) => String(_id)).sort());
  const listed = await stores.photos.listOfEvent(EVENT.toHexString());
  expect(listed.map(({ id }) => id).sort()).toEqual(good.map(({ _id }) => String(_id)).sort());
  expect(listed.every(({ title }) => title !== '' && Buffer.byteLength(title) < 1_024)).toBe(true);
  expect(s3.objects.size).toBe(good.length);
});

it('the way back gives MongoDB what it lacks, but no photos of events that are gone', async () => {
  const events = stores.db.collection<Document & { _id: ObjectId }>('events');
  await events.insertOne({ _id: EVENT });
  const collection = stores.db.collection('photos');
  await collection.deleteMany({});
  expect(await migrate(INITIAL_BACK, backStep(stores, STEP))).toMatchObject({ restored: 4, removed: 4, kept: 0 });
  expect(await collection.find().sort({ _id: 1 }).toArray()).toEqual(good);
  expect(s3.objects.size).toBe(0);

  await migrate(INITIAL_COPY, copyStep(stores, STEP));
  await collection.deleteMany({});
  await events.deleteMany({});
  expect(await migrate(INITIAL_BACK, backStep(stores, STEP))).toMatchObject({ restored: 0, removed: 4 });
  expect([await collection.countDocuments(), s3.objects.size]).toEqual([0, 0]);
});

it('does not take the state of another database, bucket or direction', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'banyan-copy-'));
  try {
    const storeOf = (kind: string) => fileStore(path.join(folder, 'state.json'), kind, parseCopyState);
    await storeOf(stateKind('copy', stores)).save(INITIAL_COPY);
    expect(await storeOf(stateKind('copy', stores)).load()).toEqual(INITIAL_COPY);
    for (const other of [
      stateKind('copy', { ...stores, bucket: 'others' }),
      stateKind('copy', { ...stores, db: client.db('others') }),
      stateKind('back', stores),
    ])
      await expect(storeOf(other).load()).rejects.toThrow('name another file');
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('is not equal while MongoDB has a photo more, also one whose id is no ObjectId', async () => {
  const collection = stores.db.collection<Document & { _id: ObjectId | string }>('photos');
  await collection.deleteMany({});
  await collection.insertOne(documentOf());
  const state = await migrate(INITIAL_COPY, copyStep(stores, STEP));
  expect(areEqual(state, await collection.countDocuments())).toBe(true);
  expect(areEqual({ ...state, s3Hash: '' }, 1)).toBe(false);
  expect(areEqual({ ...state, different: ['x'] }, 1)).toBe(false);
  await collection.insertOne(documentOf({ _id: 'no ObjectId' }));
  const again = await migrate(INITIAL_COPY, copyStep(stores, STEP));
  expect(areEqual(again, await collection.countDocuments())).toBe(false);
});

describe('a photo whose upload is in MongoDB and not yet in DynamoDB', () => {
  const PNG = Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1');
  const uploadOf = () => {
    const [id = '', eventId = '', customerAccountId = '', createdBy = ''] = Array.from({ length: 4 }, () =>
      new ObjectId().toHexString(),
    );
    const createdAt = '2026-11-28T10:00:00.000Z';
    return { id, eventId, customerAccountId, createdBy, createdAt, title: 'Keynote', description: 'on stage' };
  };
  const put = (Key: string, Metadata: Record<string, string>) =>
    s3Client.send(new PutObjectCommand({ Bucket: 'photos', Key, Body: PNG, ContentType: 'image/png', Metadata }));
  const mongoPhotoOf = (upload: ReturnType<typeof uploadOf>) =>
    storeMongoPhoto(stores.db, { ...upload, fileName: 'Keynote.png', contentType: 'image/png' }, PNG);
  const migratedKeys = () => [...s3.objects.keys()].filter((key) => key.startsWith('migrated/'));
  beforeEach(async () => {
    await stores.db.collection('photos').deleteMany({});
    await migrate(INITIAL_BACK, backStep(stores, STEP));
  });

  it('keeps its title, description and object when the migration passes in between', async () => {
    const upload = uploadOf();
    const key = uploadKey(upload, 'image/png');
    await put(key, writeMetadata(upload));
    let passed: Photo | undefined;
    const mirror = async (photo: Photo) => {
      await mongoPhotoOf(upload);
      expect(await migrate(INITIAL_COPY, copyStep(stores, STEP))).toMatchObject({ copied: 1, verified: 1 });
      passed = photo;
      return 'stored' as const;
    };
    const deps = { s3: s3Client, bucket: 'photos', photos: stores.photos, mirror, logger: capturedLogger() };
    expect(await processUpload(key, deps)).toBe('known');
    expect(await stores.photos.find(upload.id)).toEqual(passed);
    expect([passed?.title, passed?.description, passed?.origin]).toEqual(['Keynote', 'on stage', 'upload']);
    expect(migratedKeys()).toEqual([]);
  });

  it.each([
    ['without metadata', () => ({})],
    ['of another id', () => writeMetadata(uploadOf())],
  ])('is copied when the object under its key is one %s', async (_what, metadata) => {
    const upload = uploadOf();
    await put(uploadKey(upload, 'image/png'), metadata());
    await mongoPhotoOf(upload);
    expect(await migrate(INITIAL_COPY, copyStep(stores, STEP))).toMatchObject({ copied: 1, verified: 1 });
    expect(await stores.photos.find(upload.id)).toMatchObject({ origin: 'migration', title: 'Keynote.png' });
    expect(migratedKeys()).toEqual([`migrated/${upload.id}`]);
  });
});

describe('an object of the migration', () => {
  let id: string;
  let at: { readonly Bucket: string; readonly Key: string };
  beforeEach(async () => {
    const collection = stores.db.collection('photos');
    await collection.deleteMany({});
    const document = documentOf();
    await collection.insertOne(document as Document & { _id: ObjectId });
    expect(await migrate(INITIAL_COPY, copyStep(stores, STEP))).toMatchObject({ verified: 1, different: [] });
    id = String(document._id);
    at = { Bucket: 'photos', Key: `migrated/${id}` };
  });

  it('is put again when a way back was ended before it removed the item', async () => {
    await s3Client.send(new DeleteObjectCommand(at));
    await migrate(INITIAL_COPY, copyStep(stores, { ...STEP, dryRun: true }));
    expect(s3.objects.has(at.Key)).toBe(false);
    expect(await migrate(INITIAL_COPY, copyStep(stores, STEP))).toMatchObject({ known: 1, verified: 1, different: [] });
    expect(s3.objects.get(at.Key)).toMatchObject({ bytes: Buffer.from('bytes'), contentType: 'image/png' });
  });

  it('is named when its bytes are others', async () => {
    const { metadata } = s3.objects.get(at.Key) ?? {};
    await s3Client.send(new PutObjectCommand({ ...at, Body: 'bytez', ContentType: 'image/png', Metadata: metadata }));
    const state = await migrate(INITIAL_COPY, copyStep(stores, STEP));
    expect([state.different, areEqual(state, 1)]).toEqual([[id], false]);
  });
});
