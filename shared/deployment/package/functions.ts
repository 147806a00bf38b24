import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import type { PackagedFunction } from '../../config/types';

const State = z.object({
  service: z.object({
    functions: z.record(
      z.string(),
      z.object({ handler: z.string(), vpc: z.record(z.string(), z.unknown()).nullish() }),
    ),
  }),
});

/** Reads which functions the framework has packaged, from what it writes next to the zips. */
export async function readFunctions(output: string): Promise<readonly PackagedFunction[]> {
  const { service } = State.parse(JSON.parse(await readFile(path.join(output, 'serverless-state.json'), 'utf8')));
  return Object.entries(service.functions).map(([name, { handler, vpc }]) => ({
    name,
    handler,
    // The framework writes an empty one for functions outside.
    inVpc: Object.keys(vpc ?? {}).length > 0,
  }));
}
