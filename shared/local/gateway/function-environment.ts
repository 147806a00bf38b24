import type { Environment } from '../../env';
import { ownProperty } from '../../session/own-property';
import type { Faults } from './faults';
import { DeployTime, type Value } from '../../serverless-file/value';

/** The variables of one function: the provider's and its own, which win. A value in `given` wins over the file's; one in `env` supplies what only a deployment knows, and `mayBeUnset` says whether that may be missing. */
export function functionEnvironment(
  provider: Value | undefined,
  own: Value | undefined,
  { given, ...sources }: Sources & { readonly given: Readonly<Record<string, string>> },
  faults: Faults,
): Readonly<Record<string, string>> {
  const declared = new Map([...(provider?.entries ?? []), ...(own?.entries ?? [])]);
  const entries = [...declared].map(([name, value]) => [
    name,
    Object.hasOwn(given, name) ? given[name] : readVariable(name, value, sources, faults),
  ]);
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined)) as Record<string, string>;
}

interface Sources {
  readonly env: Environment;
  readonly mayBeUnset?: ((name: string) => boolean) | undefined;
}

function readVariable(name: string, value: Value, { env, mayBeUnset }: Sources, faults: Faults): string | undefined {
  if (value.data instanceof DeployTime) {
    const known = ownProperty(env, name);
    if (typeof known === 'string') return known;
    if (mayBeUnset?.(name) === true) return undefined;
    faults.add(
      value,
      `${name}: ${value.describe()} is known only after a deployment; set ${name} for this machine, in the environment, .env or dev.environment of banyan.config.ts`,
    );
    return undefined;
  }
  const { primitive } = value;
  if (primitive !== undefined && primitive !== null) return String(primitive);
  faults.add(value, `${name}: an environment variable must be a text, a number or a boolean, not ${value.describe()}`);
  return undefined;
}
