/**
 * The value of an own property, or undefined. Session documents are outside data: a plain `a.b` would also find what a
 * `__proto__` or `constructor` key in stored JSON put within reach.
 */
export function ownProperty(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
