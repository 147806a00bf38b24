import type { Faults } from './faults';
import { DeployTime, type Value } from '../../serverless-file/value';
import { at } from '../../serverless-file/yaml-source';

/** A function's own name and its `environment`, if it has one. */
export interface FunctionEnvironment {
  readonly name: string;
  readonly environment: Value | undefined;
}

/** Unites the variables of provider and functions: in one process one name with two values is a fault. `overrides` win. */
export function uniteEnvironments(
  provider: Value | undefined,
  functions: readonly FunctionEnvironment[],
  overrides: Readonly<Record<string, string>>,
  faults: Faults,
): Record<string, string> {
  const result: Record<string, string> = {};
  const seen = new Map<string, { readonly owner: string; readonly value: Value; readonly text: string }>();
  const owned = functions.flatMap(({ name, environment }) => {
    const entries = new Map([...(provider?.entries ?? []), ...(environment?.entries ?? [])]);
    return [...entries].map(([variable, value]) => ({ owner: name, variable, value }));
  });
  for (const { owner, variable, value } of owned) {
    if (Object.hasOwn(overrides, variable)) continue;
    const text = readVariable(variable, value, faults);
    if (text === undefined) continue;
    const other = seen.get(variable);
    if (other && other.text !== text) {
      faults.add(
        value,
        `function ${owner} has another value for ${variable} than function ${other.owner} (${at(other.value.place)}); here all functions share one environment`,
      );
    }
    seen.set(variable, other ?? { owner, value, text });
    result[variable] = text;
  }
  return { ...result, ...overrides };
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
