import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyChanges } from '../../../../../proxy/cli/scaffold/changes';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'banyan-changes-'));
  writeFileSync(at('there.yml'), 'old\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => path.join(folder, name);
const read = (name: string): string | undefined => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : undefined);

it('files are made with their folders, changed and deleted, and folders that are empty then go', () => {
  applyChanges([
    { file: at('a/b/new.ts'), before: undefined, after: 'new' },
    { file: at('there.yml'), before: 'old\n', after: 'changed\n' },
  ]);
  expect([read('a/b/new.ts'), read('there.yml')]).toEqual(['new', 'changed\n']);
  applyChanges([{ file: at('a/b/new.ts'), before: 'new', after: undefined }]);
  expect([existsSync(at('a')), existsSync(folder)]).toEqual([false, true]);
});

it('nothing is left of changes of which one fails', () => {
  mkdirSync(at('blocked.ts'));
  writeFileSync(at('gone.ts'), 'gone');
  const changes = [
    { file: at('a/b/new.ts'), before: undefined, after: 'new' },
    { file: at('there.yml'), before: 'old\n', after: 'changed\n' },
    { file: at('gone.ts'), before: 'gone', after: undefined },
    { file: at('there.yml/x'), before: undefined, after: 'x' },
  ];
  expect(() => applyChanges(changes)).toThrow(/there.yml.* cannot be written \(E\w+\); nothing was changed/);
  expect([existsSync(at('a')), read('there.yml'), read('gone.ts')]).toEqual([false, 'old\n', 'gone']);
});

it('a file that is not as it was read is left alone, but one that is as it will be is no obstacle', () => {
  writeFileSync(at('new.ts'), 'new');
  expect(() =>
    applyChanges([
      { file: at('new.ts'), before: undefined, after: 'new' },
      { file: at('there.yml'), before: 'older', after: 'x' },
    ]),
  ).toThrow('changed in the meantime; nothing was written');
  expect([read('new.ts'), read('there.yml')]).toEqual(['new', 'old\n']);
});

it('a signal waits until the files are written', () => {
  const changes = [
    { file: at('a/new.ts'), before: undefined, after: 'new' },
    { file: at('there.yml'), before: 'old\n', after: 'changed\n' },
  ];
  const module = JSON.stringify(path.join(__dirname, '../../../../../proxy/cli/scaffold/changes'));
  // The signal arrives when no file is in its place yet.
  const program = `
    const fs = require('node:fs');
    const { renameSync } = fs;
    fs.renameSync = (...files) => (process.kill(process.pid, 'SIGTERM'), renameSync(...files));
    require(${module}).applyChanges(${JSON.stringify(changes)});
    setTimeout(() => console.log('went on'), 5_000);
  `;
  const { signal, stdout } = spawnSync(process.execPath, ['--import', 'tsx', '-e', program], { encoding: 'utf8' });
  expect([signal, stdout]).toEqual(['SIGTERM', '']);
  expect([read('a/new.ts'), read('there.yml')]).toEqual(['new', 'changed\n']);
});
