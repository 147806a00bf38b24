import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { listen } from '../../support/listen';
import { relay } from '../../support/relay';

it.each([0, 40])('a relay holds back for %d ms each way, until it is cut', async (delay) => {
  const server = createServer((socket) => void socket.pipe(socket));
  const port = await listen(server);
  const between = await relay(() => port, { delay });
  const socket = connect(between.port, '127.0.0.1');
  const begun = performance.now();
  socket.write('hello');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('hello');
  // Timers fire a millisecond early at most, each.
  expect(performance.now() - begun).toBeGreaterThanOrEqual(2 * delay - 2);
  await Promise.all([once(socket, 'close'), between.close()]);
  server.close();
});
