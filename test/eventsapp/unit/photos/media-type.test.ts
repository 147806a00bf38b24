import express from 'express';
import request from 'supertest';
import { mediaTypeOf } from '../../../../lambda/eventsapp/photos/media-type';

/** What a photo's document may hold, as uploads, imports and hands have written it. */
const STORED = [
  ...[
    'image/png',
    'IMAGE/PNG',
    'text/html',
    'text/plain; charset=latin1',
    'application/json',
    'application/octet-stream',
  ],
  ...[
    'text',
    'txt',
    'csv',
    'html',
    'json',
    'pdf',
    'png',
    'apng',
    'jpg',
    'jpeg',
    'jpe',
    'gif',
    'webp',
    'svg',
    'bmp',
    'tif',
    'tiff',
    'ico',
  ],
  ...['PNG', 'photo.png', 'a.b.JPG', 'a\\b.gif', '.webp', 'png.', 'unknown', 'constructor', '__proto__', ''],
];

describe('the media type of a photo', () => {
  const app = express();
  app.get('/', (req, res) => {
    const { type } = req.query;
    res.type(typeof type === 'string' ? type : '').send(Buffer.from('1'));
  });

  it.each(STORED)('is for %j what Express makes of it', async (stored) => {
    const answer = await request(app).get('/').query({ type: stored });
    expect(mediaTypeOf(stored)).toBe(answer.headers['content-type']);
    expect(mediaTypeOf(mediaTypeOf(stored))).toBe(mediaTypeOf(stored));
  });

  it('is none for what is not text', () => {
    expect(() => mediaTypeOf(12)).toThrow(TypeError);
  });
});
