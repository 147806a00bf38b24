import { request as httpRequest } from 'node:http';
import request from 'supertest';
import { DEMO_IDS } from '../../../seed';
import { startEventsapp, type Eventsapp } from '../support/eventsapp';
import { until } from '../support/until';

let app: Eventsapp;
let organiser: string;
beforeAll(async () => {
  // Express writes the errors behind its 400 and 413 pages there.
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  app = await startEventsapp();
  organiser = (await app.login('organiser@example.com')).cookie;
});
afterAll(() => app.close());

const pathOf = (number: number) => `/api/events/${DEMO_IDS.event(number).toHexString()}/photos`;
/** Has no photos. */
const quiet = pathOf(10);
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0x00, 0x0d, 0x0a, 0x80, 0xfe]);

const stored = () => app.db.collection('photos');
const post = (path: string, cookie = organiser) => request(app.url).post(path).set('Cookie', cookie);

describe('an upload', () => {
  const form = (disposition: string, more = '') =>
    post(quiet)
      .set('Content-Type', 'multipart/form-data; boundary=b')
      .send(
        `${more}--b\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n`,
      );

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
