import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { fakeAwsEnvironment, startFakeS3, type FakeS3 } from '../../support/fake-s3';

/** The AWS SDK says whether the fake speaks S3. */
describe('the fake S3', () => {
  const Bucket = 'my-banyan';
  const Key = 'prod/routes.yml';
  const restore = fakeAwsEnvironment();
  let s3: FakeS3;
  let client: S3Client;

  beforeEach(async () => {
    s3 = await startFakeS3({ bucket: Bucket });
    client = new S3Client({ endpoint: s3.url.origin, forcePathStyle: true, maxAttempts: 1 });
  });

  afterEach(async () => {
    client.destroy();
    await s3.close();
  });
  afterAll(restore);

  const get = async (more: { IfNoneMatch?: string; VersionId?: string; Bucket?: string; Key?: string } = {}) => {
    try {
      const { Body, ETag, VersionId } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
      return { text: await Body?.transformToString(), etag: ETag, versionId: VersionId };
    } catch (error) {
      const { name, $metadata } = error as { name: string; $metadata: { httpStatusCode?: number } };
      return { name, status: $metadata.httpStatusCode };
    }
  };

  it('returns text, ETag and version of what was put last', async () => {
    s3.put(Key, 'first');
    const { etag, versionId } = s3.put(Key, 'second');
    expect(await get()).toEqual({ text: 'second', etag, versionId });
    expect(etag).toBe('"a9f0e61a137d86aa9db53465e0801612"');
  });

  it('answers 304 only to the ETag of what is there', async () => {
    const { etag: IfNoneMatch } = s3.put(Key, 'first');
    expect(await get({ IfNoneMatch })).toMatchObject({ status: 304 });
    expect(await get({ IfNoneMatch: '"another"' })).toMatchObject({ text: 'first' });
    s3.put(Key, 'second');
    expect(await get({ IfNoneMatch })).toMatchObject({ text: 'second' });
    expect(s3.requests.map(({ status }) => status)).toEqual([304, 200, 200]);
  });

  it('keeps versions, under a delete marker too', async () => {
    const { versionId: VersionId = '' } = s3.put(Key, 'first');
    s3.put(Key, 'second');
    s3.remove(Key);
    expect(await get()).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await get({ VersionId })).toMatchObject({ text: 'first', versionId: VersionId });
    expect(await get({ VersionId: 'unknown' })).toEqual({ name: 'NoSuchVersion', status: 404 });
  });

  it('keeps no versions where the bucket has none', async () => {
    const plain = await startFakeS3({ bucket: Bucket, versioned: false });
    const other = new S3Client({ endpoint: plain.url.origin, forcePathStyle: true, maxAttempts: 1 });
    try {
      plain.put(Key, 'first');
      expect((await other.send(new GetObjectCommand({ Bucket, Key }))).VersionId).toBeUndefined();
      plain.remove(Key);
      await expect(other.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NoSuchKey' });
    } finally {
      other.destroy();
      await plain.close();
    }
  });

  it('names what is missing, refuses unsigned requests and other calls', async () => {
    expect(await get()).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await get({ Bucket: 'another' })).toEqual({ name: 'NoSuchBucket', status: 404 });
    expect((await fetch(new URL(`/${Bucket}/${Key}`, s3.url))).status).toBe(403);
    await expect(client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
  });

  it.each([
    ['refuses', { name: 'AccessDenied', status: 403 }],
    ['is unavailable', { name: 'SlowDown', status: 503 }],
  ] as const)('%s when it is told to', async (trouble, expected) => {
    s3.put(Key, 'first');
    s3.trouble(trouble);
    expect(await get()).toEqual(expected);
  });
});
