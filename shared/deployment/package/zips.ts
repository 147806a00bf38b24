import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A function's zip, as Lambda would receive it. */
export interface Zip {
  readonly functionName: string;
  readonly bytes: number;
}

/** What a function holds, which says how large its zip may be. */
export type FunctionKind = 'without MongoDB' | 'with MongoDB' | 'lifted';

/** Above this a zip holds something that was not meant to be in it. Cold starts grow with it. */
export const ZIP_LIMIT_BYTES: Readonly<Record<FunctionKind, number>> = {
  'without MongoDB': 150_000,
  'with MongoDB': 400_000,
  lifted: 650_000,
};

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
export function zipFaults(zips: readonly Zip[], functions: Readonly<Record<string, FunctionKind>>): readonly string[] {
  const bytesOf = new Map(zips.map(({ functionName, bytes }) => [functionName, bytes]));
  return Object.entries(functions).flatMap(([name, kind]) => {
    const bytes = bytesOf.get(name);
    if (bytes === undefined) return [`${name}: no zip was made`];
    const limit = ZIP_LIMIT_BYTES[kind];
    return bytes > limit ? [`${name}: ${bytes} bytes, more than the ${limit} allowed for a function ${kind}`] : [];
  });
}
