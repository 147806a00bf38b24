import type { AppRoute } from '../../proxy/inventory/inventory';
import { takeInventory } from '../../proxy/inventory/take-inventory';
import { judgeRoute } from '../../proxy/inventory/verdict';
import { installed } from './installed';

jest.setTimeout(180_000);

const describeRoute = (route: AppRoute): string => {
  const kinds = [...new Set(route.hazards.map(({ kind }) => kind))].sort();
  return `${judgeRoute(route).verdict} ${route.method} ${route.path} [${kinds.join(' ')}] ${route.handler.place}`;
};
const levelsOf = (route: AppRoute | undefined, level: string): string[] =>
  (route?.middleware ?? []).filter((one) => one.level === level).map(({ name, place }) => `${name} ${place}`);

it('the inventory of form-shop: CommonJS, Express 4, sessions, flash, CSRF and views', async () => {
  const env = {
    MONGO_URL: 'mongodb://db.example.net/shop',
    SESSION_KEY: 'k',
    SITE_NAME: 'x',
    PATH: process.env['PATH'],
  };
  const { express, routes, notes } = await takeInventory({ app: './app.js', root: installed('form-shop'), env });
  expect([express, notes]).toEqual(['4.22.3', []]);
  expect(routes.map(describeRoute)).toEqual([
    'lift GET / [csrf session] routes/pages.js:7',
    'lift GET /login [csrf session] routes/pages.js:16',
    'lift POST /login [csrf session] routes/pages.js:18',
    'lift POST /logout [csrf session] routes/pages.js:23',
    'lift GET /items [csrf session] routes/items.js:9',
    'lift GET /items/stock [session] routes/items.js:22',
    'lift GET /items/:itemId [csrf session] routes/items.js:41',
    'lift GET /account [csrf session] routes/account.js:9',
    'lift GET /account/orders/:orderId [csrf session] routes/account.js:20',
    'lift POST /account/orders [csrf session] routes/account.js:30',
    'lift GET /staff [csrf session] routes/staff.js:8',
  ]);
  expect(levelsOf(routes[0], 'global')).toEqual([
    'helmetMiddleware helmet',
    'urlencodedParser body-parser',
    'session express-session',
    'initialize passport',
    'authenticate passport',
    'connect-flash connect-flash',
    'csrfSynchronisedProtection csrf-sync',
    'app.js app.js:51',
  ]);
  expect(levelsOf(routes[6], 'param')).toEqual(['param itemId routes/items.js:31']);
  expect(levelsOf(routes[10], 'router')).toEqual(['requireUser lib/access.js:2', 'requireStaff lib/access.js:8']);
});

it('the inventory of notes-api: ES modules, Express 5, API keys, an asynchronous start', async () => {
  const env = { DATABASE_URL: 'mongodb+srv://a:b@db.example.net/notes', COOKIE_SECRET: 'k', PATH: process.env['PATH'] };
  const { express, routes, notes } = await takeInventory({ app: './src/server.js', root: installed('notes-api'), env });
  expect([express, notes]).toEqual(['5.1.0', []]);
  expect(routes.map(describeRoute)).toEqual([
    'rewrite GET /api/health [credential] src/app.js:28',
    'lift POST /api/login [credential session] src/app.js:31',
    'lift POST /api/logout [credential session] src/app.js:34',
    'rewrite GET /api/teams/mine [credential] src/teams.js:6',
    'rewrite GET /api/notes [credential] src/notes.js:11',
    'rewrite GET /api/notes/:noteId [credential] src/notes.js:31',
    'rewrite POST /api/notes [credential] src/notes.js:35',
    'rewrite DELETE /api/notes/:noteId [credential] src/notes.js:43',
  ]);
  expect(routes[0]?.hazards[0]).toEqual({
    kind: 'credential',
    text: 'header x-api-key',
    place: 'src/authentication.js:39',
  });
  expect(levelsOf(routes[5], 'param')).toEqual(['param noteId src/notes.js:23']);
  expect(levelsOf(routes[5], 'router')).toEqual(['requireCaller src/authentication.js:45']);
});
