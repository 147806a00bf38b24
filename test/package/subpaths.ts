import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Subpath {
  /** As it is imported. */
  readonly name: string;
  /** The file with its types, from the package's folder. */
  readonly types: string;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

/** The subpaths that hold code, by the package.json of the installed package. */
export function subpathsOf(home: string): readonly Subpath[] {
  const { name, exports } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [{ name: subpath.replace(/^\./, name), types: target.types }],
  );
}
