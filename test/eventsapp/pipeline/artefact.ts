import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** `CodeSha256` of each zip in a folder, by function, as Lambda reports it. */
export function codeHashes(folder: string): ReadonlyMap<string, string> {
  const zips = readdirSync(folder).filter((name) => name.endsWith('.zip'));
  return new Map(
    zips.sort().map((zip) => {
      const hash = createHash('sha256').update(readFileSync(path.join(folder, zip)));
      return [zip.slice(0, -'.zip'.length), hash.digest('base64')];
    }),
  );
}

/** One short name for all code of a release: the same where every function's code is. */
export function releaseOf(hashes: ReadonlyMap<string, string>): string {
  const text = [...hashes].map((pair) => pair.join(' ')).sort();
  return createHash('sha256').update(text.join('\n')).digest('hex').slice(0, 12);
}

/** Functions whose code is another, or missing, on one of both sides. */
export function differing(wanted: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...wanted.keys(), ...found.keys()])].filter((name) => wanted.get(name) !== found.get(name));
}
