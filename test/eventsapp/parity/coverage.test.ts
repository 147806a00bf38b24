import { readdirSync } from 'node:fs';
import path from 'node:path';
import { suitesIn } from '../../../proxy/parity/load-cases';
import { deployedRoutes } from '../support/deployed-routes';

const folder = path.join(__dirname, '../cases');
const suites = readdirSync(folder).flatMap((name) => suitesIn(path.join(folder, name)));

/** What the monolith does not have is in suites of its own. */
const ONLY_ON_LAMBDA = [
  '/api/private',
  '/api/health',
  '/api/events/:eventId/photos/initiate-upload',
  '/api/events/:eventId/photos/:photoId',
  '/photos/:file',
];
const routes = deployedRoutes().filter(({ path: at }) => !ONLY_ON_LAMBDA.includes(at));

it.each(routes)('there are parity cases for $method $path', ({ method, path: at }) => {
  const cases = suites.find(({ route }) => route === `${method} ${at}`)?.cases ?? [];
  expect(cases).not.toEqual([]);
  // A write is compared by what it does to the data as well.
  if (method !== 'GET') expect(cases.some(({ effects = [] }) => effects.length > 0)).toBe(true);
});
