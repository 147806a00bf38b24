import { once } from 'node:events';
import { connect } from 'node:net';
import { rawUpstream } from '../conformance/raw-upstream';
import { waitFor } from '../support/wait-for';
import { routes, startBanyan } from './banyan';
import type { Check } from './check';

const CLIENTS = 10_000;
const AT_ONCE = 50;
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
  title: 'clients that go early leave nothing',
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
            while (next < count) await one(next++);
          }),
        );
        await waitFor('the upstream to be let go', () => upstream.open() === 0, 60_000);
      };
      await many(1_000);
      const before = { memory: await proxy.memory(), descriptors: proxy.descriptors() };
      const count = Math.round(CLIENTS * options.scale);
      await many(count);
      await waitFor('the sockets to be closed', () => proxy.descriptors() <= before.descriptors + AT_ONCE, 60_000);
      const growth = (await proxy.memory()) - before.memory;
      if (growth > GROWTH) throw new Error(`memory grew by ${(growth / 1024 / 1024).toFixed(1)} MB`);
      return `${count} clients; memory ${(growth / 1024 / 1024).toFixed(1)} MB more, ${proxy.descriptors() - before.descriptors} descriptors more`;
    } finally {
      await proxy.stop();
      await upstream.close();
    }
  },
};
