import { describeRoutes } from './describe-routes';
import { makeEvent, UNKNOWN_ID } from './make';

/** No text in any encoding. */
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe, 0x80]);
const BOUNDARY = 'boundary-of-the-route-tests';

/** Photos of old clients, by the monolith's upload; those of new ones: e2e/photo-uploads.test.ts. */
describeRoutes('photos', (routes) => {
  it('lists an event’s photos, and gives the bytes back as they were sent', async () => {
    const event = await makeEvent(routes);
    expect((await routes.ask(`GET /api/events/${event}/photos`)).json()).toEqual({ photos: [] });
    const uploaded = await routes.askMonolith(`POST /api/events/${event}/photos`, {
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      body: Buffer.concat([
        Buffer.from(
          `--${BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="chœur.png"\r\nContent-Type: image/png\r\n\r\n`,
        ),
        PNG,
        Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
      ]),
    });
    expect(uploaded.statusCode).toBe(201);
    const { photo } = uploaded.json() as { photo: { id: string } };
    expect((await routes.ask(`GET /api/events/${event}/photos`, { as: 'API key' })).json()).toEqual({
      photos: [photo],
    });

    const image = await routes.ask(`GET /api/photos/${photo.id}`, { as: 'member', headers: { accept: '*/*' } });
    expect([image.statusCode, image.header('content-type')]).toEqual([200, 'image/png']);
    expect(image.body.equals(PNG)).toBe(true);
    expect(image.header('content-disposition')).toBe("inline; filename*=UTF-8''ch%C5%93ur.png");
    expect((await routes.ask(`GET /api/photos/${photo.id}`, { as: 'other account' })).statusCode).toBe(404);
    await routes.ask(`DELETE /api/events/${event}`);
  });

  it('knows neither a photo nor an event that is not there', async () => {
    for (const path of [`/api/photos/${UNKNOWN_ID}`, '/api/photos/12', `/api/events/${UNKNOWN_ID}/photos`]) {
      expect((await routes.ask(`GET ${path}`)).statusCode).toBe(404);
    }
  });
});
