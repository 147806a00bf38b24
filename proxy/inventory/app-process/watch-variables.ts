/**
 * Watches which variables the app's own code reads. What packages read is their own affair.
 *
 * @returns whether each was set; grows while the app runs
 */
export function watchVariables(): ReadonlyMap<string, boolean> {
  const read = new Map<string, boolean>();
  let copier: string | undefined;
  process.env = new Proxy(process.env, {
    get(variables, name: string) {
      const value = variables[name];
      if (typeof name !== 'string' || read.has(name)) return value;
      const caller = callerOf(new Error().stack);
      if (caller !== copier && isOwnCode(caller)) read.set(name, value !== undefined);
      return value;
    },
    // Whoever copies all of them means none in particular.
    ownKeys(variables) {
      copier = callerOf(new Error().stack);
      return Reflect.ownKeys(variables);
    },
  });
  return read;
}

/** The values, which must not leave this process. */
export const variableValues = (): Readonly<Record<string, string | undefined>> => process.env;

/** The nearest caller of the trap: a line of a file. */
const callerOf = (stack = ''): string => stack.split('\n')[2] ?? '';

const isOwnCode = (caller: string): boolean => /[\\/]/.test(caller) && !/node_modules|node:/.test(caller);
