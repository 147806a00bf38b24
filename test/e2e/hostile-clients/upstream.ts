import { createServer } from 'node:http';
import { listen } from '../../support/listen';

/** As slow as an ordinary request of a monolith, in ms. */
const WORK = 5;

/** A monolith of few words as a process of its own. Says where it listens, and to every message how many connections it has, and had at most. */
let open = 0;
let most = 0;
const server = createServer((request, response) => {
  const { url = '' } = request;
  request.on('error', () => undefined).resume();
  if (url === '/stream') response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
  else if (url.startsWith('/large')) response.end(Buffer.alloc(Number(url.slice(7)) || 2_000_000, 'x'));
  else if (url !== '/hangs') {
    const answer = (): void => void response.end(`answer to ${url}`);
    if (request.method === 'POST') request.on('end', answer);
    else setTimeout(answer, url === '/slow' ? 4 * WORK : WORK);
  }
});
server.on('connection', (socket) => {
  most = Math.max(most, (open += 1));
  socket.on('close', () => (open -= 1));
});
process.on('message', () => {
  process.send?.({ open, most });
  most = open;
});
void listen(server).then((port) => process.send?.({ port }));
