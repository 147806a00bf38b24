/** The cheapest upstream: looks for the end of each head and writes 230 bytes of JSON. `/slow` waits as many ms as it says. */
import { createServer } from 'node:net';
import { pairs } from '../../../proxy/http1/raw-headers';
import { BODY, HEADERS } from './answer';
import { announce } from './listen';

const fields = pairs(HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\n${fields.join('')}Date: Mon, 23 Nov 2026 12:00:00 GMT\r\n` +
    `Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n\r\n${BODY}`,
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
