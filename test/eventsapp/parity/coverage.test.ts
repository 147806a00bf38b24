import { readdirSync } from 'node:fs';
import path from 'node:path';
import { suitesIn } from '../../../proxy/parity/load-cases';
import { deployedRoutes } from '../support/deployed-routes';

const folder = path.join(__dirname, '../cases');
const suites = readdirSync(folder).flatMap((name) => suitesIn(path.join(folder, name)));

// The only route that the monolith does not have is in a suite of its own.
const routes = deployedRoutes().filter(({ path: at }) => at !== '/api/private');

it.each(routes)('there are parity cases for $method $path', ({ method, path: at }) => {
  const cases = suites.find(({ route }) => route === `${method} ${at}`)?.cases ?? [];
  expect(cases).not.toEqual([]);
  // A write is compared by what it does to the data as well.
  if (method !== 'GET') expect(cases.some(({ effects = [] }) => effects.length > 0)).toBe(true);
});
