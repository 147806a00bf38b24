import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { PackagedFunction, ZipLimit } from '../../config/types';
import { findStage } from '../../serverless-file/stages';
import { loadZips, type LoadedZips } from '../load-zips';
import { readServiceState } from '../load-zips/service-state';
import { startPlaceholderAws } from './placeholder-aws';
import { runServerless, type ServerlessRun } from './run-serverless';
import { listStacks, stackFaults, type Stack } from './stacks';
import { findLookups } from './stage-lookups';
import { listZips, zipFaults, type Zip } from './zips';

interface PackageOptions extends Pick<ServerlessRun, 'env' | 'frameworkOutput'> {
  /** Its folder is the root of the service. */
  readonly serverlessFile: string;
  readonly stage: string | undefined;
  /** Where the result goes; default: `.serverless` next to the file. It is emptied first. */
  readonly output?: string;
  /** Zips that were packaged and loaded before, and are promoted to this stage as they are: nothing is built or loaded. */
  readonly zips?: string | undefined;
  /** How large a function's zip may be; undefined for no limit. */
  readonly zipLimit?: (packaged: PackagedFunction) => ZipLimit | undefined;
}

/** What packaging has made. */
export interface Packaged {
  readonly stage: string;
  readonly output: string;
  readonly zips: readonly Zip[];
  /** By function. */
  readonly limits: ReadonlyMap<string, ZipLimit | undefined>;
  readonly stacks: readonly Stack[];
  /** Each function as it was loaded from its zip, and on which Node.js. */
  readonly loaded: LoadedZips['loaded'];
  readonly node: LoadedZips['node'] | undefined;
  /** Functions without a zip, zips and stacks over their limit, functions that cannot be loaded, a sentence each. */
  readonly faults: readonly string[];
  /** True when the stage looks up values in AWS, which are placeholders here. */
  readonly hasPlaceholders: boolean;
}

/** Packages a stage with no credentials and no network, and loads every zip. Throws BanyanError when it is unknown, or the framework is missing or fails. */
export async function packageStage({
  serverlessFile,
  stage: wanted,
  output = path.join(path.dirname(serverlessFile), '.serverless'),
  zipLimit = () => undefined,
  zips: promoted,
  ...run
}: PackageOptions): Promise<Packaged> {
  const stage = findStage(serverlessFile, wanted);
  const lookups = findLookups(await readFile(stage.file ?? serverlessFile, 'utf8'));
  const aws = await startPlaceholderAws(lookups);
  try {
    await runServerless({ ...run, serverlessFile, stage: stage.name, output, zips: promoted, awsUrl: aws.url });
  } finally {
    await aws.close();
  }
  const state = await readServiceState(output);
  const limits = new Map(state.functions.map((packaged) => [packaged.name, zipLimit(packaged)]));
  const zips = await listZips(output);
  const stacks = await listStacks(output);
  const root = path.dirname(path.resolve(serverlessFile));
  const { loaded, node, faults } =
    promoted === undefined
      ? await loadZips({ folder: output, state, root })
      : { loaded: [], node: undefined, faults: [] };
  return {
    stage: stage.name,
    output,
    zips,
    limits,
    stacks,
    loaded,
    node,
    faults: [...zipFaults(zips, limits), ...stackFaults(stacks), ...faults],
    hasPlaceholders: lookups.parameters.size + lookups.stacks.size > 0,
  };
}
