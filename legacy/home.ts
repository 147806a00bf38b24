import { Router } from 'express';
import type { Db } from 'mongodb';
import { asyncRoute } from './async-route';

/** A load balancer asks every few seconds and does not wait long. */
const PING_TIMEOUT_MS = 2_000;

const HOME_PAGE = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>eventsapp</title></head>
<body><h1>eventsapp</h1><p>Plan events, invite people, see who came.</p></body>
</html>
`;

/** `/healthz`: whether this instance can serve, that is, whether it reaches MongoDB. */
export function healthRoutes(db: Db): Router {
  const router = Router();
  router.get(
    '/healthz',
    asyncRoute(async (_req, res) => {
      const reachable = await isReachable(db);
      return res.status(reachable ? 200 : 503).json({ status: reachable ? 'ok' : 'unavailable' });
    }),
  );
  return router;
}

/** `/`: a small page for whoever opens the host in a browser. */
export function homeRoutes(): Router {
  const router = Router();
  router.get('/', (_req, res) => {
    res.type('html').send(HOME_PAGE);
  });
  return router;
}

async function isReachable(db: Db): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PING_TIMEOUT_MS, false);
  });
  const ping = db.command({ ping: 1 }).then(
    () => true,
    () => false,
  );
  const reachable = await Promise.race([ping, timeout]);
  clearTimeout(timer);
  return reachable;
}
