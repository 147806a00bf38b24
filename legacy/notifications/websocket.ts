import { ServerResponse, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import express, { type RequestHandler } from 'express';
import { WebSocketServer, type WebSocket } from 'ws';
import { asyncRoute } from '../async-route';
import { requireUser } from '../auth/access';
import { accountOf } from '../auth/identity';
import type { LegacyConfig } from '../config';
import type { NotificationFeed, Subscription } from './feed';
import { MAX_BUFFERED_BYTES, toNotificationJson } from './notification-json';

const GOING_AWAY = 1001;
/** How long a client may take to answer a close before its connection is cut. */
const CLOSE_GRACE_MS = 2_000;
/** Clients have nothing to say here. */
const MAX_PAYLOAD_BYTES = 1_024;

interface WebSocketDeps {
  readonly server: Server;
  /** Finds out who is asking, as in front of the routes. */
  readonly authentication: readonly RequestHandler[];
  readonly feed: NotificationFeed;
  readonly config: Pick<LegacyConfig, 'heartbeatMs' | 'nodeEnv'>;
}

/**
 * `/ws`: the notifications of the user's account as JSON messages. An upgrade is an ordinary request until it is accepted, so
 * it runs through a small Express application: a refusal is the same 401 as elsewhere, another path the usual 404 page.
 *
 * @returns closes all connections with 1001 and resolves when they are gone
 */
export function attachWebSocket({ server, authentication, feed, config }: WebSocketDeps): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES });
  const upgrades = express();
  upgrades.set('env', config.nodeEnv);
  upgrades.set('trust proxy', 1);
  upgrades.get(
    '/ws',
    ...authentication,
    requireUser,
    asyncRoute(async (req, res) => {
      // Before the upgrade: what is written once the client sees the connection open must reach it.
      const subscription = await feed.subscribe(accountOf(req));
      req.socket.once('close', () => {
        subscription.cancel();
      });
      if (req.socket.destroyed) {
        subscription.cancel();
        return;
      }
      res.detachSocket(req.socket);
      sockets.handleUpgrade(req, req.socket, Buffer.alloc(0), (socket) => {
        serve(socket, subscription, config.heartbeatMs);
      });
    }),
  );

  server.on('upgrade', (req, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    // Back to where it came from, so that the socket alone has to travel through the application.
    if (head.length > 0) socket.unshift(head);
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(req.socket);
    res.once('finish', () => {
      req.socket.destroySoon();
    });
    upgrades(req, res);
  });

  return () => closeAll(sockets);
}

function serve(socket: WebSocket, subscription: Subscription, heartbeatMs: number): void {
  let alive = true;
  socket.on('pong', () => (alive = true));
  socket.on('error', () => {
    socket.terminate();
  });
  const heartbeat = setInterval(() => {
    if (!alive) {
      socket.terminate();
      return;
    }
    alive = false;
    socket.ping();
  }, heartbeatMs);
  socket.on('close', () => {
    clearInterval(heartbeat);
  });
  subscription.start(
    (notification) => {
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(toNotificationJson(notification)));
    },
    () => {
      socket.close(GOING_AWAY, 'server is shutting down');
    },
  );
}

async function closeAll(sockets: WebSocketServer): Promise<void> {
  sockets.close();
  const open = [...sockets.clients];
  const gone = open.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  for (const socket of open) socket.close(GOING_AWAY, 'server is shutting down');
  const cut = setTimeout(() => {
    for (const socket of open) socket.terminate();
  }, CLOSE_GRACE_MS);
  await Promise.all(gone);
  clearTimeout(cut);
}
