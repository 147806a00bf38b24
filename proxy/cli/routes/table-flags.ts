import { findAppRoute } from '../../inventory/app-routes';
import type { AppRoute } from '../../inventory/inventory';
import type { RouteTable } from '../../route-table/load';

/**
 * What is wrong with listed routes, seen from the monolith: shadowed, unknown to it, unfit for API Gateway, on Lambda without parity cases. Pure.
 *
 * @param withCases routes that have a suite, as `GET /path`; undefined: not known
 */
export function flagTable(
  { routes, shadowed }: Pick<RouteTable, 'routes' | 'shadowed'>,
  appRoutes: readonly AppRoute[],
  withCases: ReadonlySet<string> | undefined,
): readonly string[] {
  return [
    ...shadowed.map(({ route, by }) => `${route.id}: never reached, ${by.id} in line ${by.line} takes its requests`),
    ...routes.flatMap(({ id, method, path, stage, segments }) => {
      const found = findAppRoute({ method, path }, appRoutes);
      const isMoved = stage === 'canary' || stage === 'lambda';
      return [
        ...(found === undefined && stage !== 'retired' ? [`${id}: the monolith has no ${method} ${path}`] : []),
        ...(found?.shadowedBy === undefined
          ? []
          : [`${id}: never reached on the monolith, ${found.shadowedBy} takes its requests`]),
        ...(segments === undefined
          ? [`${id}: unfit for API Gateway, which knows only static segments and :params`]
          : []),
        ...(isMoved && withCases?.has(`${method} ${path}`) === false
          ? [`${id}: on ${stage} without parity cases`]
          : []),
      ];
    }),
  ];
}
