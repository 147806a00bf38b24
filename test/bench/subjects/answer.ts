const event = {
  id: '65f0c0ffee65f0c0ffee65f0',
  title: 'A conference of some size',
  status: 'published',
  capacity: 250,
};
const json = JSON.stringify({ event, padding: '' });

/** What every request is answered: 230 bytes of JSON, with the headers of Express. */
export const BODY = JSON.stringify({ event, padding: 'x'.repeat(230 - json.length) });
export const HEADERS = [
  'Content-Type',
  'application/json; charset=utf-8',
  'ETag',
  'W/"e6-0123456789abcdefghijklmnopq"',
  'X-Powered-By',
  'Express',
  'Content-Length',
  String(BODY.length),
];
