import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deployedRoutes } from '../support/deployed-routes';

/** What the suites beside this file are about, by the names that they give to `describe`: `GET /api/events/:eventId`. */
const covered = new Set(
  readdirSync(__dirname)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => [
      ...readFileSync(path.join(__dirname, name), 'utf8').matchAll(
        /\b(describe\w*)\(\s*'((?:GET|POST|PUT|PATCH|DELETE) \/[^']*)'/g,
      ),
    ])
    .map(([, suite = '', route = '']) => `${suite} ${route}`),
);

// A write is compared by what it does to the data as well.
it.each(deployedRoutes())('there are parity cases for $method $path', ({ method, path: at }) => {
  const route = `${method} ${at}`;
  // The only route that the monolith does not have.
  if (route === 'GET /api/private') expect(covered).toContain(`describe ${route}`);
  else expect(covered).toContain(`${method === 'GET' ? 'describeParity' : 'describeWriteParity'} ${route}`);
});
