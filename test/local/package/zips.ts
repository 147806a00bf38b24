import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A function's zip, as Lambda would receive it. */
export interface Zip {
  readonly functionName: string;
  readonly bytes: number;
}

/**
 * Above this a zip holds something that was not meant to be in it: the MongoDB driver and a handler make about half. Cold starts
 * grow with it.
 */
export const ZIP_LIMIT_BYTES = 400_000;

/** Lists the zips that packaging left in a folder, by function name. */
export async function listZips(folder: string): Promise<readonly Zip[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.zip')).sort();
  return Promise.all(
    names.map(async (name) => ({
      functionName: name.slice(0, -'.zip'.length),
      bytes: (await stat(join(folder, name))).size,
    })),
  );
}

/** One sentence for each function without a zip and for each zip over its limit; empty when all is well. */
export function zipFaults(zips: readonly Zip[], functionNames: readonly string[]): readonly string[] {
  const packaged = new Set(zips.map(({ functionName }) => functionName));
  const missing = functionNames.filter((name) => !packaged.has(name)).map((name) => `${name}: no zip was made`);
  const tooBig = zips
    .filter(({ bytes }) => bytes > ZIP_LIMIT_BYTES)
    .map(({ functionName, bytes }) => `${functionName}: ${bytes} bytes, more than the ${ZIP_LIMIT_BYTES} allowed`);
  return [...missing, ...tooBig];
}
