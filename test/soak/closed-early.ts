import { once } from 'node:events';
import { connect } from 'node:net';
import { rawUpstream } from '../conformance/raw-upstream';
import { waitFor } from '../support/wait-for';
import { megabytes, routes, startBanyan, type Banyan, type Held } from './banyan';
import type { Check } from './check';

const CLIENTS = 10_000;
const AT_ONCE = 50;
const WARM_UP = 3_000;
/** Idle connections to the upstream, which come and go. */
const IDLE = 5;
const GROWTH = 20 * 1024 * 1024;
const REQUESTS = [
  'GET /never HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /half HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart',
  'GET /api/events/1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
];

/** Clients that go before, in the middle of, or without waiting for their answer leave neither sockets nor memory behind. */
export const closedEarly: Check = {
  name: 'early-close',
  title: `${CLIENTS.toLocaleString('en')} clients that go early leave no socket, no handle and no memory`,
  async run(options) {
    const upstream = await rawUpstream();
    upstream.answer((socket, { line }) => {
      if (line.endsWith('/half')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
    });
    const proxy = await startBanyan(options, upstream.url.origin, routes('lambda'));
    try {
      const one = async (n: number): Promise<void> => {
        const socket = connect(proxy.port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(REQUESTS[n % REQUESTS.length] ?? '');
        if (n % REQUESTS.length === 1) await once(socket, 'data');
        else if (n % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
        if (n % 2 === 0) socket.resetAndDestroy();
        else socket.destroy();
      };
      const many = async (count: number): Promise<void> => {
        let next = 0;
        await Promise.all(
          Array.from({ length: AT_ONCE }, async () => {
            while (next < count) {
              await one(next++);
              options.progress(`${next} of ${count} clients`);
            }
          }),
        );
        await waitFor('the upstream to be let go', () => upstream.open() === 0, 60_000);
      };
      await many(WARM_UP);
      const before = await proxy.held();
      const count = Math.round(CLIENTS * options.scale);
      await many(count);
      // What is idle towards the upstream may stay; one socket for each client that went would be seen.
      const after = await waitFor('the sockets to be closed', () => settled(proxy, before), 60_000);
      const figures = [
        `${count} clients`,
        `memory ${megabytes(after.memory - before.memory)}, heap ${megabytes(after.heap - before.heap)}`,
        `${after.descriptors - before.descriptors} descriptors and ${after.resources - before.resources} handles more`,
      ].join('; ');
      if (after.memory - before.memory > GROWTH) throw new Error(figures);
      return figures;
    } finally {
      await proxy.stop();
      await upstream.close();
    }
  },
};

async function settled(proxy: Banyan, before: Held): Promise<Held | undefined> {
  const now = await proxy.held();
  const isSettled = now.descriptors <= before.descriptors + IDLE && now.resources <= before.resources + IDLE;
  return isSettled ? now : undefined;
}
