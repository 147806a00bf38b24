import { STATUS_CODES } from 'node:http';
import { weakETag } from '../weak-etag';
import type { FixedResponse } from './types';

/** What Express 4 sends for `res.status(statusCode).json(value)`: type, weak ETag, body. */
export function expressJson(statusCode: number, value: unknown): FixedResponse {
  const body = JSON.stringify(value);
  return Object.freeze({
    statusCode,
    headers: Object.freeze({ 'content-type': 'application/json; charset=utf-8', etag: weakETag(body) }),
    body,
  });
}

/** What Express 4 sends in production when a handler has thrown and the application has no error handler of its own. */
export function expressErrorPage(statusCode = 500): FixedResponse {
  const sentence = STATUS_CODES[statusCode] ?? String(statusCode);
  return Object.freeze({
    statusCode,
    headers: Object.freeze({
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'content-type': 'text/html; charset=utf-8',
    }),
    body: [
      '<!DOCTYPE html>',
      '<html lang="en">',
      '<head>',
      '<meta charset="utf-8">',
      '<title>Error</title>',
      '</head>',
      '<body>',
      `<pre>${sentence}</pre>`,
      '</body>',
      '</html>',
      '',
    ].join('\n'),
  });
}
