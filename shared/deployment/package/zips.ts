import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { ZipLimit } from '../../config/types';

/** A function's zip, as Lambda would receive it. */
export interface Zip {
  readonly functionName: string;
  readonly bytes: number;
}

/** Lists the zips that packaging left in a folder, by function name. */
export async function listZips(folder: string): Promise<readonly Zip[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.zip'));
  const names = files.map((name) => name.slice(0, -'.zip'.length)).sort();
  return Promise.all(
    names.map(async (functionName) => ({
      functionName,
      bytes: (await stat(join(folder, `${functionName}.zip`))).size,
    })),
  );
}

/** One sentence for each function without a zip and for each zip over its limit; empty when all is well. */
export function zipFaults(zips: readonly Zip[], limits: ReadonlyMap<string, ZipLimit | undefined>): readonly string[] {
  const bytesOf = new Map(zips.map(({ functionName, bytes }) => [functionName, bytes]));
  return [...limits].flatMap(([name, limit]) => {
    const bytes = bytesOf.get(name);
    if (bytes === undefined) return [`${name}: no zip was made`];
    if (limit === undefined || bytes <= limit.bytes) return [];
    return [`${name}: ${bytes} bytes, more than the ${limit.bytes} allowed for a function ${limit.kind}`];
  });
}
