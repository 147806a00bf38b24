import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { announce, ROOT } from './installed';

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

const npm = (folder: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Builds, packs, and installs into empty projects, as a team does. */
export default function install(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'banyan-package-'));
  execFileSync(process.execPath, ['.ci/build.mjs'], { cwd: ROOT, stdio: 'inherit' });
  const pack = (...args: string[]): string => {
    const packed: unknown = JSON.parse(
      npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...args),
    );
    const [{ filename }] = packed as [{ readonly filename: string }];
    return path.join(folder, filename);
  };
  const tarball = pack();
  const embedded = pack('--workspace', 'banyan-embedded-mongo');
  const project = (name: string, ...packages: string[]): string => {
    const root = path.join(folder, name);
    mkdirSync(root);
    writeFileSync(path.join(root, 'package.json'), JSON.stringify({ name, private: true }));
    npm(root, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--silent', ...packages);
    return root;
  };
  const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;
  announce({
    tarball,
    alone: project('alone', tarball, `@types/node@${devDependencies['@types/node'] ?? ''}`),
    withMongo: project('with-mongo', tarball, embedded),
  });
}
