import express from 'express';
import request from 'supertest';
import { readHeaders } from '../../../../lambda/http/headers';
import { bytes, json, toGatewayResult } from '../../../../lambda/http/response';

const BYTES = Buffer.from([0x89, 0x50, 0x00, 0xff, 0xfe, 0x80]);
const finish = (headers: Record<string, string[]> = {}) => ({
  method: 'GET',
  requestHeaders: readHeaders(headers),
  fixedHeaders: { 'X-Powered-By': 'Express' },
});

describe('an answer of bytes', () => {
  it('has the headers of Express’s send, and its body in base64', async () => {
    const app = express().get('/', (_req, res) => void res.type('image/png').send(BYTES));
    const expected = await request(app).get('/');
    const result = toGatewayResult(bytes(200, BYTES, { 'Content-Type': 'image/png' }), finish());
    expect(result).toMatchObject({ statusCode: 200, isBase64Encoded: true, body: BYTES.toString('base64') });
    expect(result.headers).toEqual({
      'X-Powered-By': 'Express',
      'Content-Type': expected.headers['content-type'],
      ETag: expected.headers['etag'],
    });
  });

  it('is a 304 without a body when the client has it', () => {
    const answer = bytes(200, BYTES, { 'Content-Type': 'image/png' });
    const etag = answer.headers['ETag'] ?? '';
    expect(toGatewayResult(answer, finish({ 'If-None-Match': [etag] }))).toMatchObject({ statusCode: 304, body: '' });
  });

  it('leaves text as it is', () => {
    expect(toGatewayResult(json(200, { a: 1 }), finish())).toMatchObject({ body: '{"a":1}', isBase64Encoded: false });
  });
});
