import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.join(__dirname, '../..');
const SOURCES = path.join(__dirname, 'subjects');
/** Ignored by git; packages are found from here as from anywhere in the repository. */
const OUTPUT = path.join(ROOT, 'dist/test/bench/subjects');

/**
 * Compiles the subjects as a production build is: plain JavaScript, packages left alone. A loader that compiles while running
 * (tsx) costs every subject differently. Returns the folder.
 */
export async function buildSubjects(): Promise<string> {
  await build({
    entryPoints: readdirSync(SOURCES).map((file) => path.join(SOURCES, file)),
    outdir: OUTPUT,
    bundle: true,
    packages: 'external',
    // The proxy is what `npm run build` made of it.
    external: ['../../../proxy/*'],
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: false,
    logLevel: 'warning',
  });
  return OUTPUT;
}
