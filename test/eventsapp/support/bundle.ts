import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = path.join(__dirname, '../../..');

const Service = z.object({
  custom: z.object({
    esbuild: z.object({
      target: z.string(),
      minifyWhitespace: z.boolean(),
      minifySyntax: z.boolean(),
      exclude: z.array(z.string()),
      alias: z.record(z.string(), z.string()),
      plugins: z.string(),
    }),
  }),
});

/** How serverless.yml bundles every function. */
export function deployedBundling() {
  const file = path.join(ROOT, 'serverless.yml');
  const { exclude, plugins, ...options } = Service.parse(parse(readFileSync(file, 'utf8'))).custom.esbuild;
  return {
    ...options,
    plugins: createRequire(file)(path.join(ROOT, plugins)) as Plugin[],
    external: exclude,
    bundle: true,
    platform: 'node',
    absWorkingDir: ROOT,
    logLevel: 'error',
  } satisfies BuildOptions;
}

interface Bundle {
  /** A file from the project's root, or code as if it stood there. */
  readonly of: { readonly file: string } | { readonly code: string };
  readonly outfile: string;
  readonly options?: BuildOptions;
}

/** Bundles as serverless.yml does and returns the size in bytes. */
export async function bundle(options: Bundle): Promise<number> {
  return Object.values((await bundleOf(options)).outputs)[0]?.bytes ?? NaN;
}

/** The same, and returns what the bundle is made of. */
export async function bundleOf({ of, outfile, options = {} }: Bundle): Promise<Metafile> {
  const { absWorkingDir: resolveDir = ROOT } = options;
  const entry = 'file' in of ? { entryPoints: [of.file] } : { stdin: { contents: of.code, resolveDir } };
  return (await build({ ...deployedBundling(), ...options, ...entry, outfile, metafile: true })).metafile;
}
