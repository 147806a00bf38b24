import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MemoryStore } from 'express-session';
import { MongoClient } from 'mongodb';
import { z } from 'zod';
import { createApp } from '../../../../../legacy/app';
import { loadConfig } from '../../../../../legacy/config';

const readme = readFileSync(path.join(__dirname, '../../../../../lambda/lifted/README.md'), 'utf8');

/**
 * What runs in front of the monolith's routes, in its order, and the row of lambda/lifted/README.md that says where it runs on Lambda. If
 * this list no longer fits, the monolith has a new guard: find its place on Lambda, then write its row (trap 31).
 */
const GUARDS = [
  ['query', undefined],
  ['expressInit', undefined],
  ['<anonymous>', 'request log (`logging.ts`)'],
  ['router /', 'health (`home.ts`)'],
  ['jsonParser', '`express.json`, `express.urlencoded`'],
  ['urlencodedParser', '`express.json`, `express.urlencoded`'],
  ['<anonymous>', 'bearer token (`auth/bearer.ts`)'],
  ['session', 'session (`session.ts`)'],
  ['initialize', 'passport: `req.user`'],
  ['authenticate', 'passport: `req.user`'],
] as const;
/** What stands in front of the handlers of routes. */
const CHECKS = ['requireUser', 'requireReader', 'requireRole', 'acceptApiKey'];

const Layers = z.array(z.object({ name: z.string(), regexp: z.instanceof(RegExp) }));

function guardsOfMonolith(): string[] {
  const config = loadConfig({ MONGODB_URI: 'mongodb://unused', SESSION_SECRET: 'unused', LOG_LEVEL: 'silent' });
  const db = new MongoClient('mongodb://127.0.0.1:1').db();
  // express-session warns of it; nothing is ever stored.
  jest.spyOn(console, 'warn').mockImplementation();
  const app = createApp({ db, config, sessionStore: new MemoryStore() });
  const router: unknown = Reflect.get(app, '_router');
  if (typeof router !== 'function') throw new Error('Express keeps its router elsewhere');
  const layers = Layers.parse(Reflect.get(router, 'stack'));
  const first = layers.findIndex(({ name, regexp }) => name === 'router' && !regexp.test('/'));
  return layers.slice(0, first).map(({ name }) => (name === 'router' ? 'router /' : name));
}

it('are all in the README: what runs in front of every route', () => {
  expect(guardsOfMonolith()).toEqual(GUARDS.map(([name]) => name));
  for (const [, row] of GUARDS) if (row !== undefined) expect(readme).toContain(`| ${row}`);
});

it.each(CHECKS)('are all in the README: %s', (check) => {
  expect(readme).toMatch(new RegExp(`^\\| [^|]*\`${check}\``, 'm'));
});
