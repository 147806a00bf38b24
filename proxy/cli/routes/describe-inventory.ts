import type { AppRoute, Inventory } from '../../inventory/inventory';
import { alignColumns } from '../align-columns';

/** A table of the routes; what stands in front of the whole app is said once. Pure. */
export function describeInventory({ express, routes, notes }: Inventory): string {
  const global = new Map(
    routes.flatMap(({ middleware }) =>
      middleware.filter(({ level }) => level === 'global').map(({ name, place }) => [name, place]),
    ),
  );
  const rows = routes.map((route) => [route.method, route.path, route.handler.place, describeRest(route, global)]);
  const lines = [
    `Express ${express}, routes: ${routes.length}, in matching order`,
    `global: ${[...global].map(([name, place]) => `${name} (${place})`).join(', ') || 'none'}`,
    '',
    alignColumns([['method', 'path', 'handler', 'middleware in addition to the global'], ...rows]).trimEnd(),
    ...(notes.length === 0 ? [] : ['', 'While it was examined:', ...notes.map((note) => `  ${note}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

function describeRest({ middleware, shadowedBy }: AppRoute, global: ReadonlyMap<string, string>): string {
  const own = middleware.filter(({ level }) => level !== 'global').map(({ name }) => name);
  const without = [...global.keys()].filter((one) => !middleware.some(({ name }) => name === one));
  return [
    own.join(', '),
    ...(without.length === 0 ? [] : [`without ${without.join(', ')}`]),
    ...(shadowedBy === undefined ? [] : [`never reached: ${shadowedBy} takes its requests`]),
  ]
    .filter((part) => part !== '')
    .join('; ');
}
