import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Metafile } from 'esbuild';
import { coldStarts, median } from '../../bench/cold-start';
import { installed, ROOT } from '../../package/installed';
import { bundleOf } from '../support/bundle';

/** Of the example's own files, what the authorizer imports. */
const PARTS = ['banyan.config.ts', 'lambda/eventsapp/authorizer.ts', 'lambda/eventsapp/identity.ts'];
const AUTHORIZER = 'lambda/eventsapp/authorizer.ts';
const PACKAGE = 'node_modules/banyan-strangler/';
/** Bytes: what the authorizer had before the kit was a package, and how much more it may have. */
const BEFORE = { bytes: 809_000, factor: 1.03 };
/** Cold requires of each, in turns. */
const ROUNDS = 15;
/** How far the medians of two equal bundles may lie apart on a busy machine. */
const NOISE = { factor: 1.25, ms: 5 };

describe('a bundle of the authorizer that imports the installed package', () => {
  // Below the project, whose packages it finds: other suites start proxies there, which would read its banyan.config.ts.
  const folder = path.join(installed().alone, 'eventsapp');
  const files = { sources: path.join(folder, 'from-sources.js'), package: path.join(folder, 'from-package.js') };
  let built: { readonly sources: Metafile; readonly package: Metafile };

  beforeAll(async () => {
    for (const part of PARTS) {
      mkdirSync(path.dirname(path.join(folder, part)), { recursive: true });
      cpSync(path.join(ROOT, part), path.join(folder, part));
    }
    const of = { file: AUTHORIZER };
    built = {
      sources: await bundleOf({ of, outfile: files.sources }),
      package: await bundleOf({
        of,
        outfile: files.package,
        options: {
          absWorkingDir: folder,
          // As the package names it for everyone: the sources' alias is the same file.
          alias: { 'whatwg-url': 'banyan-strangler/whatwg-url' },
        },
      }),
    };
  });

  const inputs = () => Object.keys(built.package.inputs);
  const bytes = ({ outputs }: Metafile) => Object.values(outputs)[0]?.bytes ?? NaN;

  it('holds of the kit what authorizers are made of, and no dependency of anything else', () => {
    const ours = inputs().filter((file) => file.includes(PACKAGE));
    expect(ours.length).toBeGreaterThan(20);
    const modules =
      /banyan-strangler\/dist\/bundlers\/(lambda\/(authorizer\/|[\w-]+\.js$)|shared\/(session\/|config\/|api-gateway\/|[\w-]+\.js$))/;
    expect(ours.filter((file) => !modules.test(file))).toEqual([]);
    const packages = inputs().flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual([
      '@mongodb-js/saslprep',
      'banyan-strangler',
      'bson',
      'memory-pager',
      'mongodb',
      'mongodb-connection-string-url',
      'sparse-bitfield',
    ]);
  });

  it(`is at most 3 % larger than ${BEFORE.bytes / 1_000} kB`, () => {
    console.log(`bundle: ${bytes(built.package)} bytes from the package, ${bytes(built.sources)} from the sources`);
    expect(bytes(built.package)).toBeGreaterThan(BEFORE.bytes / 2);
    expect(bytes(built.package)).toBeLessThanOrEqual(BEFORE.bytes * BEFORE.factor);
  });

  it('loads as fast as one that is made of the sources', async () => {
    const env = { MONGODB_URI: 'mongodb://127.0.0.1:1/bench', SESSION_SECRET: 'a secret of the test' };
    const times = await coldStarts(
      Object.entries(files).map(([name, file]) => ({ name, file, env })),
      ROUNDS,
    );
    // Processor time: a busy machine adds less to it.
    const [sources, ours] = ['sources', 'package'].map((name) =>
      median((times.get(name) ?? []).map(({ loadCpu }) => loadCpu)),
    );
    console.log(`cold require, CPU median of ${ROUNDS}: ${ours} ms from the package, ${sources} ms from the sources`);
    expect(ours).toBeLessThanOrEqual((sources ?? NaN) * NOISE.factor + NOISE.ms);
  }, 60_000);
});
