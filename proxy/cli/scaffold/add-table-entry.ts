import { parse } from 'yaml';
import { ownProperty } from '../../../shared/session/own-property';
import type { Middleware } from '../../inventory/inventory';
import { parseRouteTable } from '../../route-table/load';
import { insertEntry } from './edit-yaml';
import type { Requested } from './find-requested';
import type { ScaffoldProject } from './project';
import { inline } from './serverless-entries';

/** What a routes.yml that a command has made begins with: it is deleted with its last route. */
export const OWN_TABLE = '# Which routes are on Lambda, and how far. Written by banyan add\n';

export type Mode = 'lift' | 'rewrite';

interface TableEntry {
  readonly id: string;
  readonly mode: Mode;
  readonly auth: 'required' | 'none';
}

/** The text of routes.yml with a route on stage legacy. */
export function addTableEntry(
  { routes: { file, text } }: ScaffoldProject,
  { method, path, route }: Requested,
  { id, mode, auth }: TableEntry,
): string {
  const ofAll = Object.keys(ownProperty(parse(text ?? ''), 'middleware') ?? {});
  const accounts = route.middleware.filter(({ name }) => !ofAll.includes(name));
  const entry = [
    `- id: ${id}`,
    `  match: ${method} ${path}`,
    '  stage: legacy',
    ...(auth === 'none' ? ['  auth: none'] : []),
    ...(mode === 'lift' ? ['  lifted: true'] : accountsOf(accounts)),
  ];
  return insertRoute(text ?? `${OWN_TABLE}routes: []\n`, entry, { file, id });
}

function accountsOf(middleware: readonly Middleware[]): readonly string[] {
  if (middleware.length === 0) return [];
  const names = [...new Map(middleware.map((one) => [one.name, one])).values()];
  return [
    '  middleware: # each reproduced, or { dropped: why }',
    ...names.map(({ name, level, place }) => `    ${inline(name)}: todo # ${level}, ${place}`),
  ];
}

/** At the end, or in front of the route that would take its requests. */
function insertRoute(
  text: string,
  entry: readonly string[],
  { file, id }: { readonly file: string; readonly id: string },
): string {
  const options = { file, lambdaAvailable: true };
  const atEnd = insertEntry(text, ['routes'], entry);
  const { routes, shadowed } = parseRouteTable(atEnd, options);
  const by = shadowed.find(({ route }) => route.id === id)?.by;
  if (by === undefined) return atEnd;
  return insertEntry(
    text,
    ['routes'],
    entry,
    routes.findIndex((route) => route.id === by.id),
  );
}
