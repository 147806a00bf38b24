import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { APIGatewayProxyEvent } from 'aws-lambda';
import express, { type RequestHandler, type Router } from 'express';
import type { Db } from 'mongodb';

import type { IdentityParser } from '../../shared/session/identity';
import type { ResolvedSession } from '../../shared/session/session-config';
import { readHeaders } from '../http/headers';
import { readCaller } from '../http/identity';
import { sessionCookie } from '../http/session-cookie';
import { mongo } from '../mongo';

/** Mounts routers of the monolith over a database. */
export type MountRouters = (router: Router, db: Db) => void;

interface LiftedAppDeps {
  readonly mount: MountRouters;
  readonly parseIdentity: IdentityParser;
  readonly session: () => ResolvedSession;
  readonly now: () => Date;
}

/** Answers the request that was made of an event. */
export type Answer = (event: APIGatewayProxyEvent, req: IncomingMessage, res: ServerResponse) => void;

/**
 * The monolith's application around some of its routers, in its order: body parsers, who is asking, routes, Express's own 404
 * and 500 pages. What differs is who is asking: the authorizer has read the session already.
 */
export function createLiftedApp({ mount, parseIdentity, session, now }: LiftedAppDeps): Answer {
  const events = new WeakMap<IncomingMessage, APIGatewayProxyEvent>();
  const eventOf = (req: IncomingMessage): APIGatewayProxyEvent => {
    const event = events.get(req);
    if (event === undefined) throw new TypeError('the request has no Lambda event');
    return event;
  };

  const app = express();
  // Whatever NODE_ENV is: no stack trace in an error page.
  app.set('env', 'production');
  app.use(leaveBodyToParsers);
  app.use(express.json());
  app.use(express.urlencoded({ extended: true }));
  app.use((req, res, next) => {
    const event = eventOf(req);
    // Integrations are not users: an API key is judged by the routers, as on the monolith.
    const user = readCaller(event.requestContext.authorizer, { auth: 'optional' }, parseIdentity);
    if (user !== undefined) Object.assign(req, { user });
    const cookie = sessionCookie(event, readHeaders(event.multiValueHeaders), session(), now());
    if (cookie !== undefined) res.append('Set-Cookie', cookie);
    next();
  });
  app.use(routersOver(mount));

  return (event, req, res) => {
    events.set(req, event);
    makeSocketListenable(req);
    app(req, res);
  };
}

/** serverless-express puts the raw bytes where Express's parsers leave what they made of them, and some leave it as it is. */
const leaveBodyToParsers: RequestHandler = (req, _res, next) => {
  req.body = undefined;
  next();
};

/** The routers once there is a database; until then Express's 500 page, and the next request tries again. */
function routersOver(mount: MountRouters): RequestHandler {
  let mounted: { readonly db: Db; readonly router: Router } | undefined;
  return (req, res, next) => {
    mongo()
      .db()
      .then((db) => {
        if (mounted?.db !== db) {
          mounted = { db, router: express.Router() };
          mount(mounted.router, db);
        }
        mounted.router(req, res, next);
      })
      .catch(next);
  };
}

/** serverless-express 4.12 gives requests a socket without `on`; whoever waits for its end (Express's 404 page) would throw. */
function makeSocketListenable({ socket }: IncomingMessage): void {
  if (typeof Reflect.get(socket, 'on') !== 'function') Object.setPrototypeOf(socket, EventEmitter.prototype);
}
