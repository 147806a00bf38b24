import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

/** A template that packaging made: the service's own, or one nested in it. */
export interface Stack {
  /** `root`, or the nested stack's. */
  readonly name: string;
  readonly resources: number;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const STACK_LIMIT_RESOURCES = 500;

const ROOT_TEMPLATE = 'cloudformation-template-update-stack.json';
const NESTED_TEMPLATE = /^cloudformation-template-(?<name>\w+)-nested-stack\.json$/;
const Template = z.object({ Resources: z.record(z.string(), z.unknown()) });

/** Lists the stacks that packaging left in a folder, the root first. */
export async function listStacks(folder: string): Promise<readonly Stack[]> {
  const files = await readdir(folder);
  const nested = files.flatMap((file) => {
    const name = NESTED_TEMPLATE.exec(file)?.groups?.['name'];
    return name === undefined ? [] : [{ name, file }];
  });
  return Promise.all(
    [{ name: 'root', file: ROOT_TEMPLATE }, ...nested].map(async ({ name, file }) => {
      const { Resources } = Template.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
      return { name, resources: Object.keys(Resources).length };
    }),
  );
}

/** One sentence for each stack that CloudFormation would refuse. */
export function stackFaults(stacks: readonly Stack[]): readonly string[] {
  return stacks
    .filter(({ resources }) => resources > STACK_LIMIT_RESOURCES)
    .map(
      ({ name, resources }) => `stack ${name}: ${resources} resources, more than the ${STACK_LIMIT_RESOURCES} allowed`,
    );
}
