import MongoStore from 'connect-mongo';
import express from 'express';
import session from 'express-session';
import { MongoClient, type Collection } from 'mongodb';
import request from 'supertest';
import { startEmbedded, type EmbeddedMongo } from '../../../../../shared/local/mongo';

declare module 'express-session' {
  interface SessionData {
    visits?: number;
  }
}

interface StoredSession {
  readonly _id: string;
  readonly expires: Date;
  readonly lastModified?: Date;
  readonly session: string;
}

/** The monolith's session store on the embedded server: connect-mongo's own commands, end to end. */
describe('express-session with connect-mongo 6', () => {
  let server: EmbeddedMongo;
  let client: MongoClient;
  let sessions: Collection<StoredSession>;
  let app: express.Express;

  beforeAll(async () => {
    server = await startEmbedded();
    client = await new MongoClient(`mongodb://127.0.0.1:${server.port}/app`).connect();
    sessions = client.db().collection('sessions');
    app = express();
    app.use(
      session({
        secret: 'test',
        resave: false,
        saveUninitialized: false,
        rolling: true,
        cookie: { maxAge: 60_000 },
        store: MongoStore.create({ client, touchAfter: 3_600 }),
      }),
    );
    app.get('/visit', (req, res) => {
      req.session.visits = (req.session.visits ?? 0) + 1;
      res.json({ visits: req.session.visits });
    });
    app.get('/look', (req, res) => void res.json({ visits: req.session.visits ?? 0 }));
    app.get('/leave', (req, res, next) =>
      req.session.destroy((error: unknown) =>
        error === null || error === undefined ? res.sendStatus(204) : next(error),
      ),
    );
  });

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  test('set, get, touch, destroy', async () => {
    const agent = request.agent(app);
    await agent.get('/visit').expect({ visits: 1 });
    await agent.get('/visit').expect({ visits: 2 });
    const stored = await sessions.findOne();
    expect(JSON.parse(stored?.session ?? '')).toMatchObject({ visits: 2 });
    expect(await sessions.indexes()).toContainEqual(
      expect.objectContaining({ key: { expires: 1 }, expireAfterSeconds: 0 }),
    );

    // Touch writes only when touchAfter has passed since lastModified.
    const long = new Date(Date.now() - 4_000_000);
    const soon = new Date(Date.now() + 1_000);
    await agent.get('/look').expect({ visits: 2 });
    expect((await sessions.findOne())?.expires).toEqual(stored?.expires);
    await sessions.updateOne({}, { $set: { lastModified: long, expires: soon } });
    await agent.get('/look').expect({ visits: 2 });
    const touched = await sessions.findOne();
    expect(touched?.expires.getTime()).toBeGreaterThan(soon.getTime());
    expect(touched?.lastModified?.getTime()).toBeGreaterThan(long.getTime());

    await agent.get('/leave').expect(204);
    expect(await sessions.countDocuments()).toBe(0);
    await agent.get('/look').expect({ visits: 0 });
  });

  test('an expired session is not found, though the monitor has not removed it yet', async () => {
    const agent = request.agent(app);
    await agent.get('/visit').expect({ visits: 1 });
    await sessions.updateOne({}, { $set: { expires: new Date(Date.now() - 1) } });
    await agent.get('/look').expect({ visits: 0 });
    expect(await sessions.countDocuments()).toBe(1);
    expect(server.removeExpired()).toBe(1);
  });
});
