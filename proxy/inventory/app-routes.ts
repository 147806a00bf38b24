import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { ConfigError } from '../../shared/errors';
import { compileExpressPath } from '../route-table/match';
import { parseSegments, type Route } from '../route-table/route';
import { routeSchema, type AppRoute } from './inventory';

const fileSchema = z.object({
  routes: z.array(routeSchema.omit({ handler: true, hazards: true, renders: true, isReadable: true })),
});

/** What is kept of an app's route. */
export type KeptRoute = z.infer<typeof fileSchema>['routes'][number];

/** Where the app's routes are kept: next to the route table. */
export const appRoutesFile = (routesFile: string): string => path.join(path.dirname(routesFile), 'app-routes.json');

/**
 * Keeps the routes of the app, one per line, for when it cannot be started.
 *
 * @returns the file
 */
export async function writeAppRoutes(routesFile: string, routes: readonly AppRoute[]): Promise<string> {
  const file = appRoutesFile(routesFile);
  const lines = routes.map(({ method, path: full, middleware, shadowedBy }) =>
    JSON.stringify({ method, path: full, middleware, shadowedBy }),
  );
  const header = '"generated": "by banyan routes --write"';
  await writeFile(file, `{\n${header},\n"routes": [\n${lines.join(',\n')}\n]\n}\n`);
  return file;
}

/**
 * @returns undefined when there is no such file
 * @throws ConfigError for a file that {@link writeAppRoutes} has not written
 */
export async function readAppRoutes(routesFile: string): Promise<readonly KeptRoute[] | undefined> {
  const file = appRoutesFile(routesFile);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return fileSchema.parse(JSON.parse(text)).routes;
  } catch (error) {
    throw new ConfigError('app routes', [`${file} was edited; run banyan routes --write`], error);
  }
}

/** Whether both are of the same app: lines may have moved. */
export function sameRoutes(a: readonly KeptRoute[], b: readonly KeptRoute[]): boolean {
  const essence = (routes: readonly KeptRoute[]) =>
    routes.map(({ method, path: full, middleware }) => [
      method,
      full,
      middleware.map(({ name, level }) => [name, level]),
    ]);
  return isDeepStrictEqual(essence(a), essence(b));
}

/**
 * Finds the route of the app that answers a listed one: the first that a request to it meets.
 *
 * @returns undefined when the app has none
 */
export function findAppRoute<T extends KeptRoute>(
  listed: Pick<Route, 'method' | 'path'>,
  routes: readonly T[],
): T | undefined {
  const sameMethod = routes.filter(({ method }) => method === listed.method || method === 'ALL');
  const shape = shapeOf(listed.path);
  return (
    sameMethod.find(({ path: full }) => shapeOf(full) === shape) ??
    sameMethod.find(({ path: full }) => takes(full, listed.path))
  );
}

/** Names of parameters, case and a trailing slash make no difference. */
export const shapeOf = (full: string): string =>
  full
    .replace(/:\w+/g, ':')
    .replace(/(.)\/$/, '$1')
    .toLowerCase();

export function takes(full: string, listed: string): boolean {
  if (parseSegments(listed) === undefined) return false;
  try {
    return compileExpressPath(full).test(listed.replace(/:\w+/g, '7'));
  } catch {
    // Express 5 writes what Express 4 cannot read.
    return false;
  }
}
