/** Where a secret comes from. Only a name is in the configuration, so that tools can load it without the secret. */
export interface SecretFromEnvironment {
  readonly kind: 'environment';
  readonly name: string;
}

/** Secrets by name, or values that the caller has read elsewhere (tests; a secret manager). */
export type SecretSource = SecretFromEnvironment | readonly string[];

/** The secret or secrets in this variable: one value, or a JSON array of them for rotation, newest first. */
export function fromEnvironment(name: string): SecretFromEnvironment {
  return Object.freeze({ kind: 'environment', name });
}

/**
 * The values of a secret, first the one that signs. Faults go to `faults` and name the variable, never its value.
 *
 * @returns an empty array after a fault
 */
export function resolveSecrets(
  source: SecretSource,
  env: Readonly<Record<string, string | undefined>>,
  faults: string[],
): readonly string[] {
  const place = 'kind' in source ? source.name : 'secrets';
  const values = 'kind' in source ? parseSecrets(env[source.name]) : source;
  if (values === undefined) {
    const given = 'kind' in source && env[source.name] !== undefined;
    faults.push(`${place} ${given ? 'is not a JSON array of strings' : 'is missing; set it'}`);
    return [];
  }
  const blank = values.filter((value) => typeof value !== 'string' || value.trim() === '').length;
  if (values.length === 0 || blank > 0) {
    faults.push(values.length > 1 ? `${place} holds ${blank} empty secrets` : `${place} is empty; set it`);
    return [];
  }
  return Object.freeze([...values]);
}

function parseSecrets(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || !text.startsWith('[')) return text === undefined ? undefined : [text];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((value) => typeof value === 'string') ? parsed : undefined;
  } catch {
    return undefined;
  }
}
