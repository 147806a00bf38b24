import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parse } from 'yaml';
import { z } from 'zod';

import { startPlaceholderAws } from './placeholder-aws';
import { runServerless } from './run-serverless';
import { listStacks, stackFaults, type Stack } from './stacks';
import { findLookups } from './stage-lookups';
import { knownStage, stageFile } from './stages';
import { listZips, zipFaults, type FunctionKind, type Zip } from './zips';

const ROOT = join(__dirname, '../../..');

interface PackageOptions {
  readonly stage: string | undefined;
  /** Where the result goes, from the project's root. */
  readonly output: string;
  /** Where the framework's own output goes. Default: where ours goes. */
  readonly stdio?: 'inherit' | 'ignore';
}

interface Packaged {
  readonly stage: string;
  readonly zips: readonly Zip[];
  readonly kinds: Readonly<Record<string, FunctionKind>>;
  readonly stacks: readonly Stack[];
  /** Functions without a zip, zips and stacks over their limit, a sentence each. */
  readonly faults: readonly string[];
  /** True when the stage looks up values in AWS, which are placeholders here. */
  readonly hasPlaceholders: boolean;
}

/**
 * Packages one stage as it would be deployed, with no credentials and no network.
 *
 * @throws Error when the stage is unknown or packaging fails
 */
export async function packageStage({ stage: wanted, output, stdio = 'inherit' }: PackageOptions): Promise<Packaged> {
  const stage = await knownStage(wanted);
  const lookups = findLookups(await readFile(stageFile(stage), 'utf8'));
  const aws = await startPlaceholderAws(lookups);
  try {
    await runServerless({ root: ROOT, stage, output, stdio, awsUrl: aws.url });
  } finally {
    await aws.close();
  }
  const kinds = await functionKinds();
  const zips = await listZips(join(ROOT, output));
  const stacks = await listStacks(join(ROOT, output));
  const faults = [...zipFaults(zips, kinds), ...stackFaults(stacks)];
  return { stage, zips, kinds, stacks, faults, hasPlaceholders: lookups.parameters.size + lookups.stacks.size > 0 };
}

const Service = z.object({
  functions: z.record(z.string(), z.object({ handler: z.string(), vpc: z.unknown().optional() })),
});

/** Functions in the VPC are those with MongoDB: a test of the bundles compares. */
async function functionKinds(): Promise<Record<string, FunctionKind>> {
  const { functions } = Service.parse(parse(await readFile(join(ROOT, 'serverless.yml'), 'utf8')));
  return Object.fromEntries(
    Object.entries(functions).map(([name, { handler, vpc }]): [string, FunctionKind] => {
      if (handler.includes('/lifted/')) return [name, 'lifted'];
      return [name, vpc === undefined ? 'without MongoDB' : 'with MongoDB'];
    }),
  );
}
