import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'banyan-count-'));
  const write = (name: string, result: unknown): void => writeFileSync(path.join(folder, name), JSON.stringify(result));
  write('good.json', { numPassedTests: 3, numFailedTests: 0, success: true });
  write('bad.json', { numPassedTests: 2, numFailedTests: 2, success: false });
  write('empty.json', { numPassedTests: 0, numFailedTests: 0, success: true });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The last line of the count and its exit code. */
function count(...args: string[]): [string | undefined, number | null] {
  const { stdout, status } = spawnSync(process.execPath, [path.join(ROOT, '.ci/count.mjs'), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return [stdout.trim().split('\n').at(-1), status];
}

test.each([
  [['good.json', 'good.json', '--'], '6 passed, 0 failed', 0],
  [['good.json', 'bad.json', '--'], '5 passed, 2 failed', 1],
  [['good.json', 'empty.json', '--'], '3 passed, 1 failed', 1],
  [['good.json', 'missing.json', '--'], '3 passed, 1 failed', 1],
  // A step without results of its own has no other way into the last line.
  [['good.json', '--', 'npm run test:foreign', 'npm run soak'], '3 passed, 2 failed', 1],
  [['good.json', 'bad.json', '--', 'npm run test:e2e'], '5 passed, 2 failed', 1],
])('%j: %s', (args, line, code) => {
  expect(count(...args)).toEqual([line, code]);
});
