import type { AppRoute } from '../../inventory/inventory';
import { exported, importLine, propertyKey, quoted, specifier, type Dialect } from './dialect';
import { marked, stateOf } from './mark';

/** The function that runs the monolith's own app. */
export function liftedSource(
  dialect: Dialect,
  { entry, name }: { readonly entry: string; readonly name?: string },
): string {
  const options = name === undefined ? '' : `, { export: ${quoted(name)} }`;
  return marked(`${importLine(dialect, '{ lift }', 'banyan-strangler/lifted')}

/** The monolith itself, for every route that serverless.yml leads here. */
${exported(dialect, 'handler')} lift(${quoted(entry)}${options});
`);
}

const UNWRITTEN = 'not written yet';

/** Whether a function is as {@link rewrittenSource} made it. */
export const isUnwritten = (text: string): boolean => stateOf(text) === 'unchanged' && text.includes(UNWRITTEN);

interface Rewritten {
  readonly route: AppRoute;
  /** `GET /items/:id`. */
  readonly title: string;
  readonly auth: 'required' | 'none';
  readonly folder: string;
  readonly configFile: string;
}

/** A function that is to be written: it compiles, and answers 501. */
export function rewrittenSource(dialect: Dialect, { route, title, auth, folder, configFile }: Rewritten): string {
  const { handler, hazards } = route;
  const config = specifier(dialect, folder, configFile);
  // A configuration in ES modules has it under `default`.
  const name = dialect.syntax === 'commonjs' && configFile.endsWith('.mjs') ? '{ default: banyan }' : 'banyan';
  const access = auth === 'none' ? `{ auth: 'none' }, ` : '';
  const own = handler.place.startsWith(handler.name) ? '' : ` (${handler.name})`;
  const mind = hazards.map(({ kind, text, place }) => `\n *   ${kind}: ${text} (${place})`);
  const found = mind.length === 0 ? '' : `\n * Found in it and in front of it:${mind.join('')}`;
  return marked(`${importLine(dialect, '{ bindHttpHandler, json }', 'banyan-strangler/lambda')}
${importLine(dialect, name, config)}

/**
 * ${title}, to be written: on the monolith ${handler.place} answers it${own}. routes.yml lists its middleware.${found}
 */
${exported(dialect, 'handler')} bindHttpHandler(banyan)(${access}() => json(501, { error: ${quoted(UNWRITTEN)} }));
`);
}

interface Suite {
  readonly method: string;
  readonly path: string;
  readonly identities: readonly string[];
  /** Values of the path's parameters that exist. */
  readonly examples: ReadonlyMap<string, string>;
  readonly sendsForm: boolean;
}

/** The first case of a route's parity suite, as every identity. */
export function suiteSource(dialect: Dialect, { method, path, identities, examples, sendsForm }: Suite): string {
  const placeholders = paramsOf(path).filter((name) => !examples.has(name));
  const filled = path.replace(/:(\w+)/g, (_text, name: string) => examples.get(name) ?? `replace-${name}`);
  const body = sendsForm
    ? `'Content-Type': 'application/x-www-form-urlencoded' }, body: ''`
    : `'Content-Type': 'application/json' }, body: '{}'`;
  const request =
    method === 'GET' || method === 'DELETE'
      ? `{ ${method === 'GET' ? '' : `method: '${method}', `}path: ${quoted(filled)} }`
      : `{ method: '${method}', path: ${quoted(filled)}, headers: { ${body} }`;
  const todo =
    placeholders.length === 0
      ? ''
      : `\n      // To do: ${placeholders.join(' and ')} from your data; no value was found.`;
  const type = dialect.syntax === 'typescript' ? `import type { CaseSuite } from 'banyan-strangler/parity';\n\n` : '';
  const typed = dialect.syntax === 'typescript' ? '' : `\n * @type {import('banyan-strangler/parity').CaseSuite}`;
  return marked(`${type}/**
 * What both sides must answer alike. Add what clients send, and what the monolith answers to whom, such as status: { ${propertyKey(identities[0] ?? 'anonymous')}: 200 }.${typed}
 */
${exported(dialect, 'suite', 'CaseSuite')} {
  route: ${quoted(`${method} ${path}`)},
  cases: [
    {
      name: 'first',${todo}
      request: ${request},
      identities: [${identities.map(quoted).join(', ')}],
    },
  ],
};
`);
}

export const paramsOf = (path: string): readonly string[] => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
