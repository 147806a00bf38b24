/**
 * Watches which variables the app's own code reads that are not set. What packages read is their own affair.
 *
 * @returns grows while the app runs
 */
export function watchVariables(): ReadonlySet<string> {
  const unset = new Set<string>();
  process.env = new Proxy(process.env, {
    get(variables, name: string) {
      const value = variables[name];
      if (value === undefined && typeof name === 'string' && isOwnCode(new Error().stack)) unset.add(name);
      return value;
    },
  });
  return unset;
}

/** The nearest caller of the trap. */
function isOwnCode(stack: string | undefined): boolean {
  const caller = stack?.split('\n')[2] ?? '';
  return /[\\/]/.test(caller) && !/node_modules|node:/.test(caller);
}
