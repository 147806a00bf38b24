import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const File = z.object({
  functions: z.record(
    z.string(),
    z.object({
      events: z.array(z.object({ http: z.object({ path: z.string(), method: z.string() }).optional() })).optional(),
    }),
  ),
});

/** A route as Express writes it: `GET`, `/api/events/:eventId`. */
interface DeployedRoute {
  readonly method: string;
  readonly path: string;
}

/** Every route of `serverless.yml`. */
export function deployedRoutes(): readonly DeployedRoute[] {
  const file = readFileSync(path.join(__dirname, '../../../serverless.yml'), 'utf8');
  return Object.values(File.parse(parse(file)).functions).flatMap(({ events = [] }) =>
    events.flatMap(({ http }) =>
      http === undefined
        ? []
        : [{ method: http.method.toUpperCase(), path: `/${http.path.replaceAll(/\{(\w+)\}/g, ':$1')}` }],
    ),
  );
}
