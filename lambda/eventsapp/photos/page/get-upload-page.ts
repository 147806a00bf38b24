import { readFileSync } from 'node:fs';
import path from 'node:path';
import { json, type HttpResponse } from 'banyan-strangler/lambda';
import { httpHandler } from '../../http-handler';
import { taskRoot } from '../config';

/** In the zip, into which serverless.yml puts it, as in the repository. */
const FOLDER = 'lambda/eventsapp/photos/page';

/** What the page consists of. */
const FILES: Readonly<Record<string, string>> = {
  'upload.html': 'text/html; charset=utf-8',
  'upload.js': 'text/javascript; charset=utf-8',
  'upload.css': 'text/css; charset=utf-8',
};

/** `GET /photos/:file`: the page to upload photos with. Whoever opens it logs in on it. */
export const handler = httpHandler({ auth: 'none' }, ({ params }) => {
  const file = params['file'] ?? '';
  const type = Object.hasOwn(FILES, file) ? FILES[file] : undefined;
  return type === undefined ? json(404, { error: 'Not found' }) : page(file, type);
});

function page(file: string, type: string): HttpResponse {
  const body = readFileSync(path.join(taskRoot(), FOLDER, file), 'utf8');
  return {
    statusCode: 200,
    headers: {
      'Content-Type': type,
      // Files go to the bucket, whose address comes with each upload; large pictures may come from there.
      'Content-Security-Policy':
        "default-src 'self'; connect-src 'self' https: http://127.0.0.1:*; img-src 'self' https: http://127.0.0.1:*; base-uri 'none'; form-action 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-cache',
    },
    body,
  };
}
