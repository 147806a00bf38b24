import path from 'node:path';

import type { Value } from './value';
import { Variables, type VariableSources } from './variables';
import { readYaml } from './yaml-source';

interface ServiceOptions extends Partial<Pick<VariableSources, 'env' | 'lookedUp'>> {
  readonly stage: string;
}

/** A serverless.yml as one stage has it. */
export interface Service {
  /** Every variable replaced that can be without a deployment. */
  readonly root: Value;
  /** What of its variables cannot be understood, each with file and line. */
  readonly faults: readonly string[];
}

/** Reads a serverless.yml and the files that it names. Throws ConfigError when it is no YAML or cannot be read. */
export function readService(
  serverlessFile: string,
  { stage, env = () => undefined, lookedUp }: ServiceOptions,
): Service {
  const file = path.resolve(serverlessFile);
  const tree = readYaml(file);
  const variables = new Variables(tree, { root: path.dirname(file), stage, env, ...(lookedUp && { lookedUp }) });
  return { root: variables.resolve(tree), faults: variables.faults };
}

/** CloudFormation resources by logical id: under `resources`, which may be a list, as from several files. */
export function resourcesOf(root: Value): readonly (readonly [logicalId: string, resource: Value])[] {
  const resources = root.get('resources');
  const documents = resources === undefined ? [] : resources.isMap ? [resources] : resources.items;
  return documents.flatMap((document) => [...(document.get('Resources')?.entries ?? [])]);
}

/** Functions by name: a map, or a list of them, as from several files; undefined for what only a deployment knows. */
export function functionsOf(root: Value): ReadonlyMap<string, Value> | undefined {
  const functions = root.get('functions');
  if (functions?.isMap === true) return functions.entries;
  const parts = functions?.items ?? [];
  return parts.length > 0 && parts.every((part) => part.isMap)
    ? new Map(parts.flatMap((part) => [...part.entries]))
    : undefined;
}
