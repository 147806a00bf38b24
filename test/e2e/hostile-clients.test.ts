import { Agent, createServer, request as httpRequest, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_LIMITS } from '../../proxy/limits';
import { listen } from '../support/listen';
import { runProxy, type RunningProxy } from '../support/running-proxy';
import { waitFor } from '../support/wait-for';

/** As slow as an ordinary request of a monolith. */
const WORK = 5;
/** What the others' median must stay under, in ms. */
const MEDIAN_LIMIT = 50;
const OTHERS = 60;

interface Attack {
  /** A connection of the hostile client; ended when the case is over. */
  readonly open: () => Promise<Socket>;
  /** So many of them. */
  readonly openMany: (count: number) => Promise<readonly Socket[]>;
}

/**
 * One client does its worst, while others are measured: every answer of theirs is right, and half of them take less than
 * {@link MEDIAN_LIMIT} ms. To add a case, add a line: what the client does, until it is under way.
 */
const ATTACKS: readonly [what: string, begin: (attack: Attack) => Promise<unknown>][] = [
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
];

function repeat(socket: Socket, text: () => string): void {
  const timer = setInterval(() => socket.write(text()), 100);
  socket.once('close', () => clearInterval(timer));
}

describe('while one client', () => {
  let upstream: Server;
  let proxy: RunningProxy;
  let hostile: Socket[];
  let openUpstream = 0;
  let mostUpstream = 0;

  beforeEach(async () => {
    hostile = [];
    openUpstream = 0;
    mostUpstream = 0;
    upstream = createServer((request, response) => {
      const { url = '' } = request;
      request.on('error', () => undefined).resume();
      if (url === '/stream') {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
      } else if (url === '/large') response.end(Buffer.alloc(2_000_000, 'x'));
      else {
        const answer = (): void => void response.end(`answer to ${url}`);
        if (request.method === 'POST') request.on('end', answer);
        else setTimeout(answer, url === '/slow' ? 4 * WORK : WORK);
      }
    });
    upstream.on('connection', (socket) => {
      mostUpstream = Math.max(mostUpstream, (openUpstream += 1));
      socket.on('close', () => (openUpstream -= 1));
    });
    const legacyUrl = new URL(`http://127.0.0.1:${await listen(upstream)}`);
    proxy = await runProxy({
      legacyUrl,
      logLevel: 'silent',
      limits: { ...DEFAULT_LIMITS, maxUpstreamConnections: 200 },
    });
  });
  afterEach(async () => {
    for (const socket of hostile) socket.destroy();
    upstream.closeAllConnections();
    await proxy.close();
    await new Promise((resolve) => upstream.close(resolve));
  });

  /** Another client than the hostile one: another address, a connection that it keeps. */
  const ask = (agent: Agent, path: string): Promise<{ ms: number; body: string }> =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const options = { agent, host: '127.0.0.1', port: proxy.port, path, localAddress: '127.0.0.3' };
      httpRequest(options, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ ms: performance.now() - begun, body }));
        response.on('error', reject);
      })
        .on('error', reject)
        .end();
    });

  it.each(ATTACKS)('%s, others are answered, and soon', async (_what, begin) => {
    const open = (): Promise<Socket> =>
      new Promise((resolve) => {
        const socket = connect({ port: proxy.port, host: '127.0.0.1', localAddress: '127.0.0.2', allowHalfOpen: true });
        hostile.push(socket);
        socket.on('error', () => resolve(socket));
        socket.once('connect', () => resolve(socket));
        socket.resume();
      });
    const openMany = async (count: number): Promise<Socket[]> => {
      const sockets: Socket[] = [];
      while (sockets.length < count) {
        const batch = Array.from({ length: Math.min(50, count - sockets.length) }, open);
        sockets.push(...(await Promise.all(batch)));
      }
      return sockets;
    };
    await begin({ open, openMany });

    const agents = [0, 1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    const times: number[] = [];
    for (let i = 0; i < OTHERS / agents.length; i += 1) {
      const paths = agents.map((_agent, which) => `/other/${which}/${i}`);
      const answers = await Promise.all(agents.map((agent, which) => ask(agent, paths[which] ?? '')));
      expect(answers.map(({ body }) => body)).toEqual(paths.map((path) => `answer to ${path}`));
      times.push(...answers.map(({ ms }) => ms));
      // As clients do, they wait between two requests.
      await delay(20);
    }
    for (const agent of agents) agent.destroy();
    times.sort((a, b) => a - b);
    expect(times[OTHERS / 2]).toBeLessThan(MEDIAN_LIMIT);
    expect(mostUpstream).toBeLessThanOrEqual(200 + hostile.length);
    // Nothing of it is left once the hostile client has gone.
    for (const socket of hostile) socket.destroy();
    await waitFor('its connections to the upstream to be free', async () => {
      await delay(50);
      return openUpstream <= 200;
    });
  });
});
