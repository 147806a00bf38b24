import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

/** The folder of a foreign monolith with its packages from its lock file, as its team would install them. Suites may ask at the same time. */
export function installed(name: string): string {
  const root = path.join(__dirname, name);
  const packages = path.join(root, 'node_modules');
  if (existsSync(packages)) return root;
  const folder = mkdtempSync(path.join(root, '.install-'));
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      copyFileSync(path.join(root, file), path.join(folder, file));
    execFileSync('npm', ['ci', '--ignore-scripts', '--prefer-offline'], { cwd: folder, stdio: 'ignore' });
    renameSync(path.join(folder, 'node_modules'), packages);
  } catch (error) {
    // Another suite was faster.
    if (!existsSync(packages)) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return root;
}
