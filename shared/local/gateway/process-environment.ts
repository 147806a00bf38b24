/** Sets variables of this process (undefined removes one), as Lambda does. Returns what puts the former values back. */
export function setProcessEnvironment(environment: Readonly<Record<string, string | undefined>>): () => void {
  const former = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  set(Object.entries(environment));
  return () => set(former);
}

function set(variables: readonly (readonly [name: string, value: string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
