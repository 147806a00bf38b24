import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { BanyanError } from '../../../shared/errors';
import { ownProperty } from '../../../shared/session/own-property';
import { parseRouteTable } from '../../route-table/load';
import type { Route } from '../../route-table/route';
import type { Stage } from '../../route-table/schema';
import { MONOLITH, valueOf } from './add-function';
import { OWN_TABLE } from './add-table-entry';
import { readIfThere, type Change } from './changes';
import { removeEntry } from './edit-yaml';
import { stateOf } from './mark';
import { appEntry, type ScaffoldProject } from './project';
import { httpEvent, ServerlessEntries } from './serverless-entries';

export interface Removal {
  readonly changes: readonly Change[];
  /** What would be lost, or is not of a command, a sentence each: not to be done without a word from the user. */
  readonly objections: readonly string[];
  readonly stage: Stage;
}

/**
 * What removing a route that `banyan add` has written changes; nothing of it is done yet.
 *
 * @throws BanyanError for a route that is not listed
 */
export function planRemoval(project: ScaffoldProject, id: string): Removal {
  const { routes, serverless, casesFolder, functionsFolder, dialect } = project;
  const text = routes.text ?? 'routes: []\n';
  const table = parseRouteTable(text, { file: routes.file, lambdaAvailable: true });
  const position = table.routes.findIndex((route) => route.id === id);
  const route = table.routes[position];
  if (route === undefined) {
    const ids = table.routes.map((one) => one.id).join(', ');
    throw new BanyanError(`${routes.file} has no route ${id}; listed are: ${ids || 'none'}`, { code: 'unknown_route' });
  }
  const { [position]: entry } = (parse(text) as { readonly routes: readonly unknown[] }).routes;
  const objections: string[] = [];
  const edited = (what: string): void => void objections.push(`${what} was edited since`);
  if (!isEntryAsWritten(entry)) edited(`${id} in ${routes.file}:${route.line}`);
  const remaining = removeEntry(text, ['routes'], position);

  const own: Change[] = [];
  const removeFile = (file: string): void => {
    const before = readIfThere(file);
    const state = before === undefined ? undefined : stateOf(before);
    if (state === 'edited') edited(file);
    if (state === 'edited' || state === 'unchanged') own.push({ file, before, after: undefined });
  };
  const functionFile = (name: string): string => path.join(functionsFolder, `${name}.${dialect.extension}`);
  const taken = withoutFunction(project, route);
  if (taken.isEdited) edited(`its function in ${serverless.file}`);
  if (taken.removed !== undefined) removeFile(functionFile(taken.removed));
  removeFile(path.join(casesFolder, `${id}.${dialect.extension}`));
  if (own.length === 0) objections.push(`${id} was not written by banyan add`);
  return {
    objections,
    stage: route.stage,
    changes: [
      {
        file: routes.file,
        before: routes.text,
        after: remaining === `${OWN_TABLE}routes: []\n` ? undefined : remaining,
      },
      { file: serverless.file, before: serverless.text, after: taken.text },
      ...own,
    ],
  };
}

/** No more than `add` writes, and nothing decided since. */
function isEntryAsWritten(entry: unknown): boolean {
  const { middleware = {}, ...rest } = entry as { readonly middleware?: object };
  const known = ['id', 'match', 'stage', 'auth', 'lifted'];
  return (
    Object.keys(rest).every((key) => known.includes(key)) &&
    Object.values(middleware).every((value) => value === 'todo')
  );
}

interface Taken {
  readonly text: string;
  /** The function that went, too. */
  readonly removed?: string;
  readonly isEdited: boolean;
}

/** serverless.yml without the route's event, and without its function where that serves nothing else. */
function withoutFunction(project: ScaffoldProject, { id, isLifted, method, path: at }: Route): Taken {
  const { serverless } = project;
  const entries = new ServerlessEntries(serverless.text);
  const folder = path.dirname(path.resolve(serverless.file));
  const name = isLifted ? entries.liftedFunction(folder, appEntry(project).folder) : id;
  const definition = name === undefined ? undefined : entries.at('functions', name);
  const events = ownProperty(definition, 'events');
  const list: readonly unknown[] = Array.isArray(events) ? events : [];
  const [{ http }] = parse(httpEvent(method, at)) as [
    { readonly http: { readonly path: string; readonly method: string } },
  ];
  const index = list.findIndex((event) => {
    const { path: eventPath, method: eventMethod } = (ownProperty(event, 'http') ?? {}) as Record<string, unknown>;
    return eventPath === http.path && eventMethod === http.method;
  });
  if (name === undefined || index === -1) return { text: serverless.text, isEdited: false };
  const keys = Object.keys(ownProperty(list[index], 'http') ?? {});
  const isEventEdited = keys.some((key) => !['path', 'method', 'authorizer'].includes(key));
  if (list.length > 1)
    return { text: removeEntry(serverless.text, ['functions', name, 'events'], index), isEdited: isEventEdited };
  const file = path.join(project.functionsFolder, `${name}.${project.dialect.extension}`);
  if (stateOf(readIfThere(file) ?? '') === 'foreign')
    return { text: removeEntry(serverless.text, ['functions', name], 'events'), isEdited: isEventEdited };
  const text = removeEntry(serverless.text, ['functions'], name);
  const others = new ServerlessEntries(text);
  const environment: unknown = ownProperty(definition, 'environment');
  const asWritten = isLifted
    ? environment === MONOLITH ||
      Object.entries(environment ?? {}).every(
        ([key, value]) => key === 'NODE_ENV' || isDeepStrictEqual(value, parse(valueOf(key, others))),
      )
    : isDeepStrictEqual(environment, others.authorizerEnvironment);
  const known = ['handler', 'lifted', 'environment', 'events'];
  const isEdited = isEventEdited || !asWritten || Object.keys(definition as object).some((key) => !known.includes(key));
  return { text, removed: name, isEdited };
}
