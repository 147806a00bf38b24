import { existsSync } from 'node:fs';
import { ConfigError } from '../../../shared/errors';
import { findAppRoute } from '../../inventory/app-routes';
import type { AppRoute } from '../../inventory/inventory';
import { loadSuites } from '../../parity/load-cases';
import type { RouteTable } from '../../route-table/load';

/** What is wrong with a listed route. */
export interface TableFlag {
  readonly id: string;
  readonly text: string;
  readonly remedy: string;
}

/**
 * What is wrong with listed routes, seen from the monolith: shadowed, unknown to it, unfit for API Gateway, on Lambda without parity cases. Pure.
 *
 * @param appRoutes undefined: not known
 * @param withCases routes that have a suite, as `GET /path`; undefined: not known
 */
export function flagTable(
  { routes, shadowed }: Pick<RouteTable, 'routes' | 'shadowed'>,
  appRoutes: readonly AppRoute[] | undefined,
  withCases: ReadonlySet<string> | undefined,
): readonly TableFlag[] {
  return [
    ...shadowed.map(({ route: { id, line, method, path }, by }) => ({
      id,
      text: `never reached: ${by.id} (${by.path}) in line ${by.line} of the route table takes the requests for ${method} ${path} first`,
      remedy: `list ${id}, now in line ${line}, above ${by.id}`,
    })),
    ...routes.flatMap(({ id, method, path, stage, segments }) => {
      const found = findAppRoute({ method, path }, appRoutes ?? []);
      const flags: TableFlag[] = [];
      const flag = (text: string, remedy: string): void => void flags.push({ id, text, remedy });
      if (appRoutes !== undefined && found === undefined && stage !== 'retired')
        flag(`the monolith has no ${method} ${path}`, 'correct match, or remove the route');
      if (found?.shadowedBy !== undefined)
        flag(`never reached on the monolith: ${found.shadowedBy} takes its requests`, 'remove the route');
      if (segments === undefined)
        flag(
          'unfit for API Gateway, which supports only static segments and :params',
          'keep it on legacy: remove the route',
        );
      if ((stage === 'canary' || stage === 'lambda') && withCases?.has(`${method} ${path}`) === false)
        flag(`on ${stage} without parity cases`, 'write a suite for it');
      return flags;
    }),
  ];
}

/** Routes that have parity cases; undefined: those that there are cannot be read. */
export function suitesOf(places: readonly string[]): ReadonlySet<string> | undefined {
  const there = places.filter((place) => existsSync(place));
  if (there.length === 0) return new Set();
  try {
    return new Set(loadSuites(there, process.cwd()).map(({ route }) => route));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return undefined;
  }
}
