import { openS3Source } from '../../../../proxy/route-table/s3-source';
import { loadRouteTable } from '../../../../proxy/route-table/load';
import { watchRouteTable, type WatchedRouteTable } from '../../../../proxy/route-table/watch';
import { capturedLogger } from '../../../support/captured-logger';
import { fakeAwsEnvironment, startFakeS3, type FakeS3 } from '../../../support/fake-s3';
import { waitFor } from '../../../support/wait-for';

const KEY = 'prod/routes.yml';
const FILE = `s3://my-banyan/${KEY}`;
const table = (stage: string): string => `routes:\n  - {id: a, match: GET /a, stage: ${stage}}\n`;

describe('a route table in S3', () => {
  const restore = fakeAwsEnvironment();
  let s3: FakeS3;
  let watched: WatchedRouteTable | undefined;
  let logger = capturedLogger();

  beforeEach(async () => {
    s3 = await startFakeS3({ bucket: 'my-banyan' });
    logger = capturedLogger();
    watched = undefined;
  });
  afterEach(async () => {
    await watched?.close();
    await s3.close();
  });
  afterAll(restore);

  const watch = (endpoint = s3.url) =>
    watchRouteTable({ file: FILE, s3Endpoint: endpoint, s3Interval: 20, lambdaAvailable: true }, logger);
  const stage = (): string | undefined => watched?.current().routes[0]?.stage;
  const messages = (): string[] => logger.lines.map(({ message }) => message);
  const looks = (count: number) => {
    const before = s3.requests.length;
    return waitFor(`${count} looks`, () => s3.requests.length >= before + count);
  };

  it('is followed by its ETag, and the log names the version', async () => {
    s3.put(KEY, table('legacy'));
    watched = await watch();
    await looks(3);
    expect(s3.requests.map(({ status }) => status)).toEqual(
      [200, 304, 304, 304].concat(s3.requests.slice(4).map(() => 304)),
    );
    const { versionId: version } = s3.put(KEY, table('lambda'));
    await waitFor('the new table', () => stage() === 'lambda');
    expect(logger.lines).toEqual([
      {
        level: 'info',
        message: 'route table reloaded',
        fields: { file: FILE, version, changed: ['a: legacy -> lambda'] },
      },
    ]);
  });

  it.each([
    ['removed', () => s3.remove(KEY), /there is no such object \(NoSuchKey\)/],
    ['forbidden', () => s3.trouble('refuses'), /S3 refuses it \(AccessDenied\); the role needs s3:GetObject/],
    ['unavailable', () => s3.trouble('is unavailable'), /SlowDown/],
  ])(
    'keeps the last good table while the object is %s, says so once, and goes on afterwards',
    async (_what, spoil, why) => {
      s3.put(KEY, table('lambda'));
      watched = await watch();
      spoil();
      await waitFor('the word', () => messages().length > 0);
      await looks(4);
      expect(stage()).toBe('lambda');
      expect(messages()).toEqual(['route table cannot be read; keeping the last good one']);
      expect(String(logger.lines[0]?.fields['faults'])).toMatch(why);
      s3.trouble('none');
      s3.put(KEY, table('legacy'));
      await waitFor('the new table', () => stage() === 'legacy');
    },
  );

  it('says when the same object can be read again', async () => {
    s3.put(KEY, table('lambda'));
    watched = await watch();
    s3.trouble('refuses');
    await waitFor('the word', () => messages().length === 1);
    s3.trouble('none');
    await waitFor('another word', () => messages().length === 2);
    expect(messages()[1]).toBe('route table can be read again, nothing changed');
  });

  it('refuses a bad object once, keeps the last good table and takes the next good one', async () => {
    s3.put(KEY, table('lambda'));
    watched = await watch();
    const { versionId: version } = s3.put(KEY, table('lamda'));
    await waitFor('the refusal', () => messages().length > 0);
    await looks(4);
    expect(logger.lines).toMatchObject([
      { message: 'invalid route table; keeping the last good one', fields: { file: FILE, version } },
    ]);
    expect(stage()).toBe('lambda');
    s3.put(KEY, table('legacy'));
    await waitFor('the good table', () => stage() === 'legacy');
  });

  it('does not hang on an answer that never ends', async () => {
    s3.put(KEY, table('legacy'));
    watched = await watch();
    s3.trouble('stops in the middle');
    s3.put(KEY, table('lambda'));
    await waitFor('the word', () => messages().length > 0, 10_000);
    expect(stage()).toBe('legacy');
    s3.trouble('none');
    await waitFor('the new table', () => stage() === 'lambda');
  }, 20_000);

  it('is loaded at once when asked', async () => {
    s3.put(KEY, table('legacy'));
    watched = await watch();
    await watched.reload();
    expect(messages()).toEqual(['route table reloaded, nothing changed']);
  });

  it.each([
    ['missing', 'none', /NoSuchKey/],
    ['forbidden', 'refuses', /AccessDenied/],
    ['unavailable', 'is unavailable', /SlowDown/],
  ] as const)('is no start while it is %s: nothing older takes its place', async (_what, trouble, why) => {
    s3.trouble(trouble);
    await expect(watch()).rejects.toThrow(why);
  });

  it('warns of a bucket without versions', async () => {
    const plain = await startFakeS3({ bucket: 'my-banyan', versioned: false });
    try {
      plain.put(KEY, table('legacy'));
      watched = await watch(plain.url);
      expect(messages()).toEqual([
        'the bucket keeps no versions; enable versioning, so that a bad table can be restored',
      ]);
    } finally {
      await watched?.close();
      await plain.close();
    }
  });

  it('has the digest of the same file on disk', async () => {
    s3.put(KEY, table('legacy'));
    const { digest } = await loadRouteTable({ file: FILE, s3Endpoint: s3.url, lambdaAvailable: true });
    expect(digest).toMatch(/^[0-9a-f]{12}$/);
    watched = await watch();
    expect(watched.current().digest).toBe(digest);
  });

  it('is refused when it is larger than any table', async () => {
    s3.put(KEY, `${table('legacy')}# ${'x'.repeat(4 * 1024 * 1024)}`);
    await expect(watch()).rejects.toThrow(/is larger than 4194304 bytes/);
  });

  it.each(['s3://', 's3://bucket', 's3://bucket/', 's3://UPPER/key', 's3://bucket/key?versionId=1'])(
    'is not %s',
    (location) => {
      expect(() => openS3Source(location, {})).toThrow(/expected s3:\/\/bucket\/key/);
    },
  );

  it('is asked for every 5 s, give or take a fifth', () => {
    const source = openS3Source(FILE, {});
    const pauses = Array.from({ length: 200 }, () => source.pause());
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(4_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(6_000);
    expect(new Set(pauses).size).toBeGreaterThan(100);
  });
});
