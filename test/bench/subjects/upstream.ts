/** The cheapest upstream: looks for the end of each head and writes 230 bytes of JSON. `/slow` waits as many ms as it says. */
import { createServer } from 'node:net';
import { announce } from './listen';

const event = {
  id: '65f0c0ffee65f0c0ffee65f0',
  title: 'A conference of some size',
  status: 'published',
  capacity: 250,
};
const json = JSON.stringify({ event, padding: '' });
const body = JSON.stringify({ event, padding: 'x'.repeat(230 - json.length) });
const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n' +
    'ETag: W/"e6-0123456789abcdefghijklmnopq"\r\nX-Powered-By: Express\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\n' +
    `Connection: keep-alive\r\nKeep-Alive: timeout=60\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);

announce(
  createServer({ noDelay: true }, (socket) => {
    let rest = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        const delay = /^GET \/slow\/(\d+)/.exec(rest.slice(0, 40))?.[1];
        rest = rest.slice(end + 4);
        if (delay === undefined) socket.write(answer);
        else setTimeout(() => socket.write(answer), Number(delay));
      }
    });
  }),
);
