import type { Faults } from './faults';
import { DeployTime, type Value } from '../../serverless-file/value';

/** The variables of one function: the provider's and its own, which win. A value in `given` wins over the file's, and supplies what only a deployment knows. */
export function functionEnvironment(
  provider: Value | undefined,
  own: Value | undefined,
  given: Readonly<Record<string, string>>,
  faults: Faults,
): Readonly<Record<string, string>> {
  const declared = new Map([...(provider?.entries ?? []), ...(own?.entries ?? [])]);
  const entries = [...declared].map(([name, value]) => [
    name,
    Object.hasOwn(given, name) ? given[name] : readVariable(name, value, faults),
  ]);
  return Object.fromEntries(entries.filter(([, text]) => text !== undefined)) as Record<string, string>;
}

function readVariable(name: string, value: Value, faults: Faults): string | undefined {
  if (value.data instanceof DeployTime) {
    faults.add(
      value,
      `${name}: ${value.describe()} is known only after a deployment; give a value by the option environment.${name}`,
    );
    return undefined;
  }
  const { primitive } = value;
  if (primitive !== undefined && primitive !== null) return String(primitive);
  faults.add(value, `${name}: an environment variable must be a text, a number or a boolean, not ${value.describe()}`);
  return undefined;
}
