import { manglingOf } from '../mangled-value';

/** Where a secret comes from. Only a name is in the configuration, so that tools can load it without the secret. */
export interface SecretFromEnvironment {
  readonly kind: 'environment';
  readonly name: string;
  readonly verbatim?: boolean;
}

/** Secrets by name, or values that the caller has read elsewhere (tests; a secret manager). */
export type SecretSource = SecretFromEnvironment | readonly string[];

interface FromEnvironmentOptions {
  /** Takes secrets as they are, for one that really has white space, quotes or `${...}` in it; otherwise that is refused as damage. */
  readonly verbatim?: boolean;
}

/** The secret or secrets in this variable: one value, or a JSON array of them for rotation, newest first. */
export function fromEnvironment(
  name: string,
  { verbatim = false }: FromEnvironmentOptions = {},
): SecretFromEnvironment {
  return Object.freeze({ kind: 'environment', name, ...(verbatim && { verbatim }) });
}

/** The values of a secret, the signing one first; empty after a fault. Faults name the variable and the remedy, never the value. */
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
  const mangled = 'kind' in source && source.verbatim !== true ? faultsOfValues(place, values) : [];
  faults.push(...mangled);
  return mangled.length > 0 ? [] : Object.freeze([...values]);
}

/** One sentence for each value that was damaged on its way into `place`. */
function faultsOfValues(place: string, values: readonly string[]): string[] {
  return values.flatMap((value, index) => {
    const mangling = manglingOf(value);
    if (mangling === undefined) return [];
    const which = values.length === 1 ? place : `${place}, entry ${index + 1} of ${values.length},`;
    const wayOut = `if this really is the monolith's secret, write fromEnvironment('${place}', { verbatim: true }) in banyan.config.ts`;
    return [`${which} ${mangling.looks}; ${mangling.remedy} (${wayOut})`];
  });
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
