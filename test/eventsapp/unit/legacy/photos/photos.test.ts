import { request as httpRequest } from 'node:http';
import { ObjectId, type Binary } from 'mongodb';
import request from 'supertest';
import { DEMO_API_KEY, DEMO_IDS } from '../../../seed';
import { NOW, startEventsapp, type Eventsapp } from '../support/eventsapp';
import { until } from '../support/until';

let app: Eventsapp;
let organiser: string;
let member: string;
let other: string;
beforeAll(async () => {
  // Express writes the errors behind its 400 and 413 pages there.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  app = await startEventsapp();
  organiser = (await app.login('organiser@example.com')).cookie;
  member = (await app.login('member@example.com')).cookie;
  other = (await app.login('other@example.net')).cookie;
});
afterAll(() => app.close());

interface PhotoJson {
  readonly id: string;
  readonly fileName: string;
}

const pathOf = (number: number) => `/api/events/${DEMO_IDS.event(number).toHexString()}/photos`;
const photo = (number: number) => `/api/photos/${DEMO_IDS.photo(number).toHexString()}`;
/** Has no photos. */
const quiet = pathOf(10);
const foreign = photo(5);
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0x00, 0x0d, 0x0a, 0x80, 0xfe]);
const MAX_BYTES = 5 * 1024 * 1024;
const EVENT_NOT_FOUND = [404, '{"error":"Event not found"}'];
const PHOTO_NOT_FOUND = [404, '{"error":"Photo not found"}'];

const stored = () => app.db.collection('photos');
const post = (path: string, cookie = organiser) => request(app.url).post(path).set('Cookie', cookie);
const get = (path: string, cookie = member) => request(app.url).get(path).set('Cookie', cookie);

async function storedBytes(number: number): Promise<Buffer> {
  const found = await stored().findOne<{ data: Binary }>({ _id: DEMO_IDS.photo(number) });
  if (!found) throw new Error(`no photo ${number}`);
  return Buffer.from(found.data.value());
}

describe('the list', () => {
  test('has every field in order, oldest first, without the bytes', async () => {
    const response = await get(pathOf(1));
    const entry = (number: number, fileName: string, contentType: string, size: number, createdAt: string) => ({
      id: DEMO_IDS.photo(number).toHexString(),
      fileName,
      contentType,
      size,
      createdAt,
    });
    expect([response.status, response.text]).toEqual([
      200,
      JSON.stringify({
        photos: [
          entry(1, 'stage.png', 'image/png', 70, '2026-11-13T12:00:00.000Z'),
          entry(2, 'chœur du port (1).gif', 'image/gif', 43, '2026-11-13T12:00:00.000Z'),
          entry(3, '港 "夜".webp', 'image/webp', 42, '2026-11-15T12:00:00.000Z'),
        ],
      }),
    ]);
  });

  test('may be empty', async () => {
    const response = await get(quiet);
    expect([response.status, response.text]).toEqual([200, '{"photos":[]}']);
  });
});

describe('who may', () => {
  test.each([
    ['get', quiet],
    ['post', quiet],
    ['get', photo(1)],
  ] as const)('%s %s needs a user', async (method, path) => {
    const response = await request(app.url)[method](path);
    expect([response.status, response.text]).toEqual([401, '{"error":"Not authenticated"}']);
  });

  test('only organisers upload, and nothing of what others send is stored', async () => {
    const before = await stored().countDocuments();
    const asMember = await post(quiet, member).attach('photo', JPEG, 'a.jpg');
    expect([asMember.status, asMember.text]).toEqual([403, '{"error":"Not allowed"}']);
    const asIntegration = await request(app.url)
      .post(quiet)
      .set('x-api-key', DEMO_API_KEY)
      .attach('photo', JPEG, 'a.jpg');
    expect(asIntegration.status).toBe(401);
    const elsewhere = await post(quiet, other).attach('photo', JPEG, 'a.jpg');
    expect([elsewhere.status, elsewhere.text]).toEqual(EVENT_NOT_FOUND);
    expect(await stored().countDocuments()).toBe(before);
  });

  test('API keys read', async () => {
    for (const path of [pathOf(1), photo(1)]) {
      expect((await request(app.url).get(path).set('x-api-key', DEMO_API_KEY)).status).toBe(200);
    }
    const theirs = await request(app.url).get(foreign).set('x-api-key', DEMO_API_KEY);
    expect([theirs.status, theirs.text]).toEqual(PHOTO_NOT_FOUND);
  });

  test.each([foreign, '/api/photos/5eed', '/api/photos/%00', `/api/photos/${new ObjectId().toHexString()}`])(
    '%s is not found',
    async (path) => {
      const response = await get(path);
      expect([response.status, response.text]).toEqual(PHOTO_NOT_FOUND);
    },
  );

  test.each([pathOf(21), '/api/events/5eed/photos'])('%s belongs to no event of the account', async (path) => {
    const response = await get(path);
    expect([response.status, response.text]).toEqual(EVENT_NOT_FOUND);
  });
});

describe('one photo', () => {
  test('comes byte for byte, with its type, length and name', async () => {
    const bytes = await storedBytes(4);
    const response = await get(photo(4)).buffer(true);
    expect(response.status).toBe(200);
    expect(response.body).toEqual(bytes);
    expect(response.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '150000',
      'content-disposition': "inline; filename*=UTF-8''50%25%20off%3B%20it%27s%20%2Anew%2A.jpg",
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers['etag']).toMatch(/^W\/"249f0-[\w+/]{27}"$/);
    const unicode = await get(photo(3));
    expect(unicode.headers['content-disposition']).toBe("inline; filename*=UTF-8''%E6%B8%AF%20%22%E5%A4%9C%22.webp");
  });

  test('is not sent again to who has it', async () => {
    const { etag = '' } = (await get(photo(4))).headers as { etag?: string };
    const same = await get(photo(4)).set('If-None-Match', etag);
    expect([same.status, same.text, same.headers['etag'], same.headers['content-length']]).toEqual([
      304,
      '',
      etag,
      undefined,
    ]);
    expect((await get(photo(4)).set('If-None-Match', 'W/"249f0-other"')).status).toBe(200);
  });

  test('HEAD has the same headers and no body', async () => {
    const whole = await get(photo(2));
    const head = await request(app.url).head(photo(2)).set('Cookie', member);
    const own = ({ headers }: { headers: Record<string, string> }) =>
      ['content-type', 'content-length', 'content-disposition', 'etag'].map((name) => headers[name]);
    expect(head.status).toBe(200);
    expect(head.text).toBeFalsy();
    expect(own(head)).toEqual(own(whole));
    expect(head.headers['content-length']).toBe('43');
  });
});

describe('an upload', () => {
  test('answers with the photo and where it is, and stores the bytes', async () => {
    const response = await post(quiet)
      .field('caption', 'ignored')
      .attach('photo', JPEG, { filename: 'Größe "ü".jpg', contentType: 'image/jpeg' });
    const { photo: created } = response.body as { photo: PhotoJson };
    expect([response.status, response.body]).toEqual([
      201,
      {
        photo: {
          id: created.id,
          fileName: 'Größe "ü".jpg',
          contentType: 'image/jpeg',
          size: JPEG.length,
          createdAt: NOW.toISOString(),
        },
      },
    ]);
    expect(response.headers['location']).toBe(`/api/photos/${created.id}`);
    const read = await get(`/api/photos/${created.id}`).buffer(true);
    expect([read.status, read.body]).toEqual([200, JPEG]);
    expect(await stored().findOne({ _id: new ObjectId(created.id) })).toMatchObject({
      eventId: DEMO_IDS.event(10),
      customerAccountId: DEMO_IDS.account,
      createdBy: DEMO_IDS.organiser,
    });
  });

  test.each(['image/jpeg', 'image/png', 'image/webp', 'image/gif'])('may be %s', async (contentType) => {
    const response = await post(quiet).attach('photo', JPEG, { filename: 'a', contentType });
    expect(response.status).toBe(201);
  });

  test.each(['image/svg+xml', 'text/html', 'application/octet-stream', 'image/jpegs'])(
    'may not be %s',
    async (contentType) => {
      const response = await post(quiet).attach('photo', JPEG, { filename: 'a.jpg', contentType });
      expect([response.status, response.body]).toEqual([
        400,
        {
          error: 'Validation failed',
          fields: { photo: 'must be one of image/jpeg, image/png, image/webp, image/gif' },
        },
      ]);
    },
  );

  test('needs a file: not another body, not a text, not an empty one', async () => {
    const required = [400, { error: 'Validation failed', fields: { photo: 'is required' } }];
    const json = await post(quiet).send({ photo: 'x' });
    const text = await post(quiet).field('photo', 'x');
    const nothing = await post(quiet);
    for (const response of [json, text, nothing]) expect([response.status, response.body]).toEqual(required);
    const empty = await post(quiet).attach('photo', Buffer.alloc(0), { filename: 'a.png', contentType: 'image/png' });
    expect([empty.status, empty.body]).toEqual([
      400,
      { error: 'Validation failed', fields: { photo: 'must not be empty' } },
    ]);
    const named = await post(quiet).attach('photo', JPEG, { filename: 'n'.repeat(256), contentType: 'image/png' });
    expect([named.status, named.body]).toEqual([
      400,
      { error: 'Validation failed', fields: { photo: 'must have a file name of at most 255 characters' } },
    ]);
  });

  test('of 5 MB is stored, one byte more is the 413 page', async () => {
    const options = { filename: 'large.png', contentType: 'image/png' };
    const largest = await post(quiet).attach('photo', Buffer.alloc(MAX_BYTES, 1), options);
    expect(largest.status).toBe(201);
    const { photo: created } = largest.body as { photo: PhotoJson };
    const read = await get(`/api/photos/${created.id}`);
    expect(read.headers['content-length']).toBe(String(MAX_BYTES));

    const count = await stored().countDocuments();
    const larger = await post(quiet).attach('photo', Buffer.alloc(MAX_BYTES + 1, 1), options);
    expect([larger.status, larger.headers['content-type']]).toEqual([413, 'text/html; charset=utf-8']);
    expect(larger.text).toContain('<pre>Payload Too Large</pre>');
    expect(await stored().countDocuments()).toBe(count);
  });

  test('that is a malformed form is the 400 page', async () => {
    const type = 'multipart/form-data; boundary=b';
    const part =
      '--b\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nx';
    const malformed = [
      ['multipart/form-data', part],
      [type, part],
      [type, `${part}\r\n${part}\r\n--b--\r\n`],
      [type, `${part.replace('photo', 'picture')}\r\n--b--\r\n`],
    ] as const;
    for (const [contentType, body] of malformed) {
      const response = await post(quiet).set('Content-Type', contentType).send(body);
      expect([response.status, response.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
      expect(response.text).toContain('<pre>Bad Request</pre>');
    }
    const whole = await post(quiet).set('Content-Type', type).send(`${part}\r\n--b--\r\n`);
    expect(whole.status).toBe(201);
  });

  const form = (disposition: string, more = '') =>
    post(quiet)
      .set('Content-Type', 'multipart/form-data; boundary=b')
      .send(
        `${more}--b\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n`,
      );

  test.each([
    ['half of a character', `filename*=utf-16le''%00%D8.p`, /./],
    ['bytes that are no UTF-8', `filename*=utf-8''%FF%FE.png`, /./],
    ['a path', 'filename="../../etc/passwd"', /^passwd$/],
    ['a path of Windows', 'filename="C:\\\\temp\\\\a.png"', /./],
    ['NUL and line ends', `filename*=utf-8''a%00b%0d%0aSet-Cookie%3A%20x.png`, /./],
    ['text that runs backwards', `filename*=utf-8''%E2%80%AEgnp.exe`, /./],
    ['a prototype', 'filename="__proto__"', /^__proto__$/],
  ])('may be named by %s, and is served under that name without harm', async (_name, name, fileName) => {
    const response = await form(`name="photo"; ${name}`);
    expect(response.status).toBe(201);
    const { photo: created } = response.body as { photo: PhotoJson };
    const read = await get(`/api/photos/${created.id}`);
    expect(read.status).toBe(200);
    expect(read.headers['content-disposition']).toMatch(/^inline; filename\*=UTF-8''[A-Za-z0-9%!#$&+.^_`|~-]+$/);
    expect(read.headers['set-cookie']).toHaveLength(1);
    const list = await get(quiet);
    const names = (list.body as { photos: PhotoJson[] }).photos.filter(({ id }) => id === created.id);
    expect(names).toMatchObject([{ fileName: expect.stringMatching(fileName) as unknown }]);
  });

  const field = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

  test.each([
    ['eleven other fields', Array.from({ length: 11 }, (_, index) => field(`f${index}`, 'x')).join('')],
    ['a field of 2 MB', field('caption', 'x'.repeat(2 * 1024 * 1024))],
  ])('with %s is the 400 page, and leaves nothing behind', async (_name, more) => {
    const count = await stored().countDocuments();
    const response = await form('name="photo"; filename="a.png"', more);
    expect([response.status, response.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8']);
    expect(await stored().countDocuments()).toBe(count);
  });

  test('with fields named like prototypes changes nothing', async () => {
    const more = ['__proto__[admin]', 'constructor[prototype][admin]', 'a[__proto__][admin]'].map((name) =>
      field(name, '1'),
    );
    expect((await form('name="photo"; filename="a.png"', more.join(''))).status).toBe(201);
    expect(Reflect.get({}, 'admin')).toBeUndefined();
  });

  test('to a missing event is not found, however large', async () => {
    const path = `/api/events/${new ObjectId().toHexString()}/photos`;
    const response = await post(path).attach('photo', Buffer.alloc(1_000_000), 'a.png');
    expect([response.status, response.text]).toEqual(EVENT_NOT_FOUND);
  });

  test('that is broken off leaves nothing behind, and the next one works', async () => {
    const before = await stored().countDocuments();
    const lines = app.logLines.length;
    const { port } = app.server;
    const upload = httpRequest({
      port,
      host: '127.0.0.1',
      path: quiet,
      method: 'POST',
      headers: {
        Cookie: organiser,
        'Content-Type': 'multipart/form-data; boundary=b',
        'Content-Length': String(1_000_000),
      },
    });
    upload.on('error', () => undefined);
    upload.write(
      '--b\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
    );
    await new Promise((resolve) => upload.write(Buffer.alloc(100_000), resolve));
    upload.destroy();
    await until(() => app.logLines.slice(lines).some((line) => line.includes('"aborted":true')));
    expect(await stored().countDocuments()).toBe(before);
    expect((await post(quiet).attach('photo', JPEG, 'a.jpg')).status).toBe(201);
  });
});

test('an event removes its photos, and they are gone', async () => {
  const event = DEMO_IDS.event(1);
  const others = await stored().countDocuments({ eventId: { $ne: event } });
  const removed = await request(app.url).delete(`/api/events/${event.toHexString()}`).set('Cookie', organiser);
  expect(removed.status).toBe(204);
  expect(await stored().countDocuments()).toBe(others);
  const response = await get(photo(1));
  expect([response.status, response.text]).toEqual(PHOTO_NOT_FOUND);
});
