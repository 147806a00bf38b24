import MongoStore from 'connect-mongo';
import express from 'express';
import session from 'express-session';
import { authentication } from './authentication.js';
import { config } from './config.js';
import { notes } from './notes.js';
import { teams } from './teams.js';

export function createApp({ client, db }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '64kb' }));
  app.use(
    session({
      secret: [config.cookieSecret],
      resave: false,
      rolling: true,
      saveUninitialized: false,
      cookie: { maxAge: 24 * 60 * 60 * 1000 },
      store: MongoStore.create({ client, touchAfter: 600 }),
    }),
  );
  const { passport, apiKey, requireCaller } = authentication(db);
  app.use(passport.initialize());
  app.use(passport.session());
  app.use(apiKey);

  app.get('/api/health', (req, res) => {
    res.json({ ok: true });
  });
  app.post('/api/login', passport.authenticate('local'), (req, res) => {
    res.json({ user: req.user.name });
  });
  app.post('/api/logout', (req, res, next) => {
    req.logout((error) => (error ? next(error) : res.status(204).end()));
  });
  app.use('/api/teams', requireCaller, teams(db));
  app.use('/api/notes', requireCaller, notes(db));

  app.use((req, res) => {
    res.status(404).json({ error: 'not found' });
  });
  app.use((error, req, res, next) => {
    if (res.headersSent) return next(error);
    const status = error.status ?? 500;
    if (status >= 500) console.error(error);
    res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
  });
  return app;
}
