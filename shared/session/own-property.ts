/** The value of an own property: `a.b` would also find what `__proto__` or `constructor` in stored JSON put within reach. */
export function ownProperty(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
