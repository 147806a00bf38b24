import path from 'node:path';
import type { Handler } from './express-types';
import type { FunctionInspector } from './inspect-functions';

export interface Named {
  readonly name: string;
  /** `lib/access.js:2`, or a package. */
  readonly place: string;
}

/** Names functions for people. */
export interface FunctionNamer {
  readonly functions: FunctionInspector;
  describe(fn: Handler): Named;
  /** The same name is the same function: of others with that name, the second is `name#2`. */
  nameAll(steps: readonly { readonly handler: Handler; readonly of?: string }[]): readonly Named[];
}

/** Such a name says nothing. */
const NAMELESS = /^(|anonymous|middleware|handler|default)$/;
const isTelling = (name: string | undefined): name is string => name !== undefined && !NAMELESS.test(name);

/**
 * A function is named by its own name, else by that of the export, else by the function that has made it, else by the package or the file that it is
 * from. Files are reported from `root`.
 */
export function nameFunctions(functions: FunctionInspector, root: string): FunctionNamer {
  const describe = (given: Handler): Named => {
    const fn = functions.unwrap(given);
    const found = functions.placeOf(fn);
    const inPackage = found && packageOf(found.file);
    const file = found && path.relative(root, found.file);
    const [scope] = functions.scopesOf(fn);
    const maker = inPackage === undefined ? /^Closure \(([\w$]+)\)$/.exec(scope?.description ?? '')?.[1] : undefined;
    return {
      name: [fn.name, exportName(fn, found?.file), maker].find(isTelling) ?? inPackage ?? file ?? 'native',
      place: inPackage ?? (found && file !== undefined ? `${file}:${found.line}` : 'native'),
    };
  };
  return {
    functions,
    describe,
    nameAll(steps) {
      const taken = new Map<string, Handler[]>();
      return steps.map(({ handler, of }) => {
        const { name, place } = describe(handler);
        const full = of === undefined ? name : `param ${of}`;
        const holders = taken.get(full) ?? [];
        if (!holders.includes(handler)) taken.set(full, [...holders, handler]);
        const position = (taken.get(full) ?? []).indexOf(handler) + 1;
        return { name: position === 1 ? full : `${full}#${position}`, place };
      });
    },
  };
}

/** `exports.requireUser = (req, res, next) => …` gives the function no name. */
function exportName(fn: Handler, file = ''): string | undefined {
  const exports: unknown = require.cache[file]?.exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  return Object.entries(Object.getOwnPropertyDescriptors(exports)).find(([, { value }]) => value === fn)?.[0];
}

/** `/x/node_modules/@a/b/lib/c.js` is of `@a/b`. */
export function packageOf(file: string): string | undefined {
  const [, rest] = /^.*[\\/]node_modules[\\/](.+)$/.exec(file) ?? [];
  const [first = '', second = ''] = rest?.split(/[\\/]/) ?? [];
  return rest === undefined ? undefined : first.startsWith('@') ? `${first}/${second}` : first;
}
