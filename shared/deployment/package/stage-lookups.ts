/** One `${ssm:...}` or `${cf:...}` of a stage file. */
export type StageLookup = {
  /** As it stands in the file, without `${` and `}`. */
  readonly expression: string;
  /** As given in parentheses; undefined for the stage's own. */
  readonly region: string | undefined;
} & (
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'output'; readonly stack: string; readonly output: string }
);

/** What a stage file looks up in AWS while it is resolved. */
export interface StageLookups {
  /** Names of Parameter Store parameters. */
  readonly parameters: ReadonlySet<string>;
  /** Output names by CloudFormation stack. */
  readonly stacks: ReadonlyMap<string, ReadonlySet<string>>;
}

const LOOKUP =
  /\$\{(?<expression>(?<source>ssm|cf)(?:\((?<options>[^)]*)\))?:\s*(?<address>[^},\s]+))(?:\s*,[^}]*)?\}/g;

/** Every `${ssm:name}` and `${cf:stack.output}` in the text of a stage file, with or without a region in parentheses; each once. */
export function listLookups(stageFile: string): readonly StageLookup[] {
  const found = [...stageFile.matchAll(LOOKUP)].map(({ groups = {} }): StageLookup => {
    const { expression = '', source, options, address = '' } = groups;
    const region = options?.split(',', 1)[0]?.trim();
    const common = { expression, region: region === '' ? undefined : region };
    if (source === 'ssm') return { ...common, kind: 'parameter', name: address };
    const [stack = '', output = ''] = address.split('.', 2);
    return { ...common, kind: 'output', stack, output };
  });
  return [...new Map(found.map((lookup) => [lookup.expression, lookup])).values()];
}

/** The same, by what is asked of AWS. */
export function findLookups(stageFile: string): StageLookups {
  const parameters = new Set<string>();
  const stacks = new Map<string, Set<string>>();
  for (const lookup of listLookups(stageFile)) {
    if (lookup.kind === 'parameter') parameters.add(lookup.name);
    else stacks.set(lookup.stack, (stacks.get(lookup.stack) ?? new Set()).add(lookup.output));
  }
  return { parameters, stacks };
}
