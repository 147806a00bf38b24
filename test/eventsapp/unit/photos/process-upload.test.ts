import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SNSEvent } from 'aws-lambda';
import fc from 'fast-check';
import { parseUploadRequest, type PhotoType } from '../../../../lambda/eventsapp/contracts/photos';
import { fileNameOf, readMetadata, uploadKey, writeMetadata } from '../../../../lambda/eventsapp/photos/metadata';
import type { Photo } from '../../../../lambda/eventsapp/photos/photo';
import { decodeKey, processEvent } from '../../../../lambda/eventsapp/photos/process-uploaded-photo';
import { processUpload, type ProcessDeps } from '../../../../lambda/eventsapp/photos/process-upload';
import { capturedLogger } from '../../../support/captured-logger';
import { LOCAL_CREDENTIALS } from '../../aws/local-dynamodb';
import { startS3, type LocalS3 } from '../../aws/local-s3';
import { startRepositories, type Repositories } from '../../aws/repositories';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n and more', 'latin1');
const GIF = Buffer.from('GIF89a and more', 'latin1');

let s3: LocalS3;
let client: S3Client;
let repositories: Repositories;
let ids = 0;

beforeAll(async () => {
  s3 = await startS3({ bucket: 'photos', region: 'eu-west-1', allowedOrigins: () => [] });
  client = new S3Client({ region: 'eu-west-1', endpoint: s3.url, credentials: LOCAL_CREDENTIALS });
  repositories = await startRepositories();
});
afterAll(async () => {
  client.destroy();
  await repositories.close();
  await s3.close();
});

function uploadOf(title = 'Keynote') {
  const id = (ids += 1).toString(16).padStart(24, '0');
  const [eventId, customerAccountId, createdBy] = ['e', 'a', 'b'].map((digit) => digit.repeat(24)) as [
    string,
    string,
    string,
  ];
  return { id, eventId, customerAccountId, createdBy, createdAt: '2026-11-28T10:00:00.000Z', title, description: '' };
}

async function put(
  upload: ReturnType<typeof uploadOf>,
  Body: Buffer,
  contentType: PhotoType = 'image/png',
): Promise<string> {
  const Key = uploadKey(upload, contentType);
  const Metadata = writeMetadata(upload);
  await client.send(new PutObjectCommand({ Bucket: 'photos', Key, Body, ContentType: contentType, Metadata }));
  return Key;
}

/** S3's events as the topic brings them; keys are given as S3 encodes them. */
function eventOf(...objects: readonly (readonly [bucket: string, key: string])[]): SNSEvent {
  const records = objects.map(([name, key]) => ({ s3: { bucket: { name }, object: { key } } }));
  return { Records: [{ Sns: { Message: JSON.stringify({ Records: records }) } }] } as SNSEvent;
}

describe.each(['multi-table', 'single-table'] as const)('an upload, with the %s repository', (name) => {
  const depsWith = (more: Partial<ProcessDeps> = {}): ProcessDeps => ({
    s3: client,
    bucket: 'photos',
    photos: repositories.byName[name].repository,
    mirror: () => Promise.resolve('stored'),
    logger: capturedLogger(),
    ...more,
  });

  it('becomes a photo once, however often it is processed, also at the same time', async () => {
    const upload = uploadOf('港/"夜"');
    const key = await put(upload, PNG);
    const mirrored: Photo[] = [];
    const deps = depsWith({ mirror: (photo) => Promise.resolve(mirrored.push(photo) > 1 ? 'known' : 'stored') });
    const outcomes = await Promise.all([1, 2, 3].map(() => processUpload(key, deps)));
    expect(outcomes.sort()).toEqual(['known', 'known', 'stored']);
    expect(await processUpload(key, deps)).toBe('known');
    const stored = await deps.photos.find(upload.id);
    expect(stored).toMatchObject({
      ...upload,
      fileName: '港-"夜".png',
      size: PNG.length,
      key,
      contentType: 'image/png',
    });
    expect(mirrored[0]).toEqual(stored);
  });

  it('is not listed before the monolith has it', async () => {
    const upload = uploadOf();
    const key = await put(upload, PNG);
    const deps = depsWith({ mirror: () => Promise.reject(new Error('MongoDB is unavailable')) });
    await expect(processUpload(key, deps)).rejects.toThrow('MongoDB is unavailable');
    expect(await deps.photos.find(upload.id)).toBeUndefined();
    expect(await processUpload(key, depsWith())).toBe('stored');
  });

  it.each([
    ['text', Buffer.from('just text, named .png'), /not a picture/],
    ['another type', GIF, /is image\/gif, not image\/png/],
    ['empty', Buffer.alloc(0), /empty/],
    ['over 5 MB', Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]), /more than 5242880/],
  ])('that is %s is refused with a reason and deleted, and its id is used up', async (_what, bytes, reason) => {
    const upload = uploadOf();
    const key = await put(upload, bytes);
    const deps = depsWith();
    expect(await processUpload(key, deps)).toBe('refused');
    expect(s3.objects.has(key)).toBe(false);
    expect((await deps.photos.findRefused(upload.id))?.reason).toMatch(reason);
    expect(await processUpload(key, deps)).toBe('gone');
    await put(upload, PNG);
    expect(await processUpload(key, deps)).toBe('refused');
    expect(s3.objects.has(key)).toBe(false);
    expect(await deps.photos.find(upload.id)).toBeUndefined();
  });

  it('of a deleted object changes nothing', async () => {
    const upload = uploadOf();
    expect(await processUpload(uploadKey(upload, 'image/png'), depsWith())).toBe('gone');
  });

  it('for an event that was deleted meanwhile is deleted too, at every attempt', async () => {
    const upload = uploadOf();
    const deps = depsWith({ mirror: () => Promise.resolve('no such event') });
    for (const attempt of [1, 2]) {
      const key = await put(upload, PNG);
      expect([attempt, await processUpload(key, deps)]).toEqual([attempt, 'refused']);
      expect(s3.objects.has(key)).toBe(false);
    }
    expect(await deps.photos.find(upload.id)).toBeUndefined();
  });

  it('that is none, or of another bucket, changes nothing and is not tried again', async () => {
    expect(await processUpload('migrated/x', depsWith())).toBe('not an upload');
    const Key = 'uploads/by-hand.png';
    await client.send(new PutObjectCommand({ Bucket: 'photos', Key, Body: PNG, ContentType: 'image/png' }));
    const logger = capturedLogger();
    expect(await processUpload(Key, depsWith({ logger }))).toBe('not an upload');
    expect(logger.lines.map(({ level }) => level)).toEqual(['error']);
    expect(s3.objects.has(Key)).toBe(true);

    const upload = uploadOf();
    const deps = depsWith();
    await processEvent(eventOf(['elsewhere', await put(upload, PNG)]), deps);
    expect(await deps.photos.find(upload.id)).toBeUndefined();
  });

  it('is processed although another one of its event fails, whose failure is reported', async () => {
    const upload = uploadOf();
    const deps = depsWith();
    const key = await put(upload, PNG);
    await expect(processEvent(eventOf(['photos', 'uploads/%E0%A4%A.png'], ['photos', key]), deps)).rejects.toThrow(
      'URI malformed',
    );
    expect((await deps.photos.find(upload.id))?.key).toBe(key);
  });

  it('whose bytes cannot be read is tried again, not refused', async () => {
    const key = await put(uploadOf(), PNG);
    const failing = {
      send: (command: object) => {
        if (command instanceof GetObjectCommand) throw new Error('S3 is unavailable');
        return client.send(command as never);
      },
    } as Pick<S3Client, 'send'>;
    await expect(processUpload(key, depsWith({ s3: failing }))).rejects.toThrow('S3 is unavailable');
    expect(s3.objects.has(key)).toBe(true);
  });
});

describe('metadata', () => {
  it('holds any Unicode in ASCII, within the 2 KB of S3, names in lower case', () => {
    const text = (maxLength: number) =>
      fc.string({ unit: 'grapheme', minLength: 1, maxLength }).filter((given) => given.trim() !== '');
    fc.assert(
      fc.property(text(100), text(280), (title, description) => {
        let parsed;
        try {
          parsed = parseUploadRequest({ title, description, contentType: 'image/png', size: 1 });
        } catch {
          return;
        }
        const upload = { ...uploadOf(), title: parsed.title, description: parsed.description };
        const metadata = writeMetadata(upload);
        expect(readMetadata(metadata)).toEqual(upload);
        const parts = Object.entries(metadata);
        for (const part of parts.flat()) expect(part).toMatch(/^[\x21-\x7e]*$/);
        expect(parts.reduce((sum, [name, value]) => sum + name.length + value.length, 0)).toBeLessThanOrEqual(2_048);
        expect(Object.keys(metadata)).toEqual(Object.keys(metadata).map((name) => name.toLowerCase()));
        expect(fileNameOf(upload.title, 'image/png')).not.toMatch(/[/\\]/);
      }),
    );
  });

  it.each([
    [undefined],
    [{}],
    [{ ...writeMetadata(uploadOf()), photoid: 'x' }],
    [{ ...writeMetadata(uploadOf()), createdat: 'today' }],
  ])('is refused when it is not of our making: %j', (metadata) => {
    expect(() => readMetadata(metadata)).toThrow(/without usable metadata/);
  });
});

it('keys in events are decoded as forms are', () => {
  expect(decodeKey('uploads/event_1/a+b%2Bc%C3%A9.png')).toBe('uploads/event_1/a b+cé.png');
});

describe('a request for an upload', () => {
  const good = { title: 'Keynote', description: 'on stage', contentType: 'image/png', size: 1_000 };
  it('is read', () => {
    expect(parseUploadRequest({ ...good, more: 1 })).toEqual(good);
    const anyText = { title: '👨‍👩‍👧 مرحبا 𝔘 %2B+&=', description: 'a\r\n\tb\u2028c 🎉' };
    expect(parseUploadRequest({ ...good, ...anyText })).toEqual({ ...good, ...anyText });
    expect(parseUploadRequest({ ...good, description: undefined })).toEqual({ ...good, description: '' });
    expect(parseUploadRequest({ ...good, size: 5 * 1024 * 1024 }).size).toBe(5 * 1024 * 1024);
  });

  it.each([
    ['title', ['', ' ', 'x'.repeat(101), 'a\nb', 'a\u2028b', 'a\u0085b', '\ud800', 'x\udc00', 1, null, undefined]],
    ['description', ['x'.repeat(281), '\u0000', '\udfff', 1, null]],
    [
      'contentType',
      [
        'image/svg+xml',
        'text/html',
        'image/png; charset=utf-8',
        'IMAGE/PNG',
        ' image/png',
        'toString',
        '',
        1,
        undefined,
      ],
    ],
    ['size', [0, -1, 1.5, 5 * 1024 * 1024 + 1, 30 * 1024 * 1024, '1', NaN, Infinity, undefined]],
  ] as const)('with a bad %s is refused, and says so', (field, values: readonly unknown[]) => {
    for (const value of values)
      expect(() => parseUploadRequest({ ...good, [field]: value })).toThrow(
        expect.objectContaining({ statusCode: 400, fields: { [field]: expect.any(String) as string } }) as Error,
      );
  });
});
