import type { Socket } from 'node:net';

/** What a hostile client can do. */
interface Hands {
  /** A connection of its own. */
  readonly open: () => Promise<Socket>;
  readonly openMany: (count: number) => Promise<readonly Socket[]>;
}

type Attack = (hands: Hands) => Promise<unknown>;

/** What one client does to hurt others, by what it does. To add a case, add a line; it resolves once it is under way. */
export const ATTACKS: ReadonlyMap<string, Attack> = new Map<string, Attack>([
  ['sends nothing', async ({ openMany }) => openMany(300)],
  [
    'pipelines 3,000 requests on one connection',
    async ({ open }) => (await open()).write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3_000)),
  ],
  [
    'pipelines on 20 connections',
    async ({ openMany }) => {
      for (const socket of await openMany(20)) socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(500));
    },
  ],
  [
    'pipelines on 50 connections',
    async ({ openMany }) => {
      for (const socket of await openMany(50)) socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(500));
    },
  ],
  [
    'pipelines as much as fits into a read, on 200 connections',
    async ({ openMany }) => {
      for (const socket of await openMany(200)) socket.write('GET /hangs HTTP/1.1\r\nHost:\r\n\r\n'.repeat(2_000));
    },
  ],
  [
    'has its expectations refused, reads late, and offers upgrades behind',
    async ({ openMany }) => {
      const unmet = 'GET /e HTTP/1.1\r\nHost: a\r\nExpect: t\r\n\r\n'.repeat(900);
      const upgrade = 'GET /b HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
      for (const [i, socket] of (await openMany(80)).entries()) {
        socket.pause();
        socket.write(`GET /large/${i * 83_333} HTTP/1.1\r\nHost: a\r\n\r\n${unmet}${upgrade}`);
        setTimeout(() => socket.resume(), 300);
        setTimeout(() => socket.write('GET /c HTTP/1.1\r\nHost: a\r\n\r\n'), 500);
      }
    },
  ],
  [
    'asks for what takes long, on more connections than there are to the upstream',
    async ({ openMany }) => {
      for (const socket of await openMany(400)) socket.write('GET /hangs HTTP/1.1\r\nHost: a\r\n\r\n');
    },
  ],
  [
    'pipelines event streams and goes',
    async ({ openMany }) => {
      for (const socket of await openMany(20)) socket.end('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(50));
    },
  ],
  [
    'never ends its heads',
    async ({ openMany }) => {
      for (const socket of await openMany(300)) {
        socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
        repeat(socket, () => 'X-A: b\r\n');
      }
    },
  ],
  [
    'never ends its bodies',
    async ({ openMany }) => {
      for (const socket of await openMany(100)) {
        socket.write('POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
        repeat(socket, () => 'x');
      }
    },
  ],
  [
    'never reads its answers',
    async ({ openMany }) => {
      for (const socket of await openMany(60)) {
        socket.pause();
        socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20));
      }
    },
  ],
  [
    'opens more connections than it may',
    async ({ openMany }) => {
      for (const socket of await openMany(1_500)) socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    },
  ],
  [
    'sends giant heads',
    async ({ openMany }) => {
      for (const socket of await openMany(50))
        socket.write(`GET / HTTP/1.1\r\nHost: a\r\nA: ${'b'.repeat(500_000)}\r\n\r\n`);
    },
  ],
  [
    'closes its half at once',
    async ({ openMany }) => {
      for (const socket of await openMany(200)) socket.end('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    },
  ],
  [
    'resets in the middle',
    async ({ openMany }) => {
      for (const socket of await openMany(200)) {
        socket.write('POST /work HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc', () => socket.resetAndDestroy());
      }
    },
  ],
  [
    'names headers __proto__',
    async ({ openMany }) => {
      for (const socket of await openMany(50))
        socket.write('GET / HTTP/1.1\r\nHost: a\r\n__proto__: a\r\n__proto__: b\r\n\r\n'.repeat(20));
    },
  ],
  [
    'sends malformed chunks',
    async ({ openMany }) => {
      for (const socket of await openMany(100))
        socket.write('POST /work HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdefgh\r\nzz\r\n');
    },
  ],
]);

function repeat(socket: Socket, text: () => string): void {
  const timer = setInterval(() => socket.write(text()), 100);
  socket.once('close', () => clearInterval(timer));
}
