/**
 * Sets variables of this process, as Lambda does before it starts a function. Returns what puts the former values back.
 */
export function setProcessEnvironment(environment: Readonly<Record<string, string>>): () => void {
  const former = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  return () => {
    for (const [name, value] of former) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
}
