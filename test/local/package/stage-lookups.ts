/** What a stage file looks up in AWS while it is resolved. */
export interface StageLookups {
  /** Names of Parameter Store parameters. */
  readonly parameters: ReadonlySet<string>;
  /** Output names by CloudFormation stack. */
  readonly stacks: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Finds every `${ssm:name}` and `${cf:stack.output}` (with or without a region in parentheses) in the text of a stage file. */
export function findLookups(stageFile: string): StageLookups {
  const parameters = new Set<string>();
  const stacks = new Map<string, Set<string>>();
  for (const [, name = ''] of stageFile.matchAll(/\$\{ssm(?:\([^)]*\))?:\s*([^},\s]+)/g)) parameters.add(name);
  for (const [, stack = '', output = ''] of stageFile.matchAll(/\$\{cf(?:\([^)]*\))?:\s*([^},.\s]+)\.([^},\s]+)/g)) {
    stacks.set(stack, (stacks.get(stack) ?? new Set()).add(output));
  }
  return { parameters, stacks };
}
